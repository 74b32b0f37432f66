/**
 * The variables of the hub's tools, read as the official client reads them.
 *
 * @module
 */

import { join } from "node:path";
import type { Environment } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { printableAddress } from "./credentials.ts";

/** The hub of a request that names none and whose environment names none. */
export const DEFAULT_ENDPOINT = "https://huggingface.co";

/** Variables that name a file of certificates, the first that is set; after them Node's own. */
const CERTIFICATE_VARIABLES = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] as const;

/** The longest time limit: one day, in seconds. */
const TIMEOUT_SECONDS_MAX = 86_400;

/** A variable and its value. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/**
 * Mirrors `huggingface_hub/constants.py`, variable by variable: the table of the spec's "The environment".
 *
 * A variable that is empty is not set: `HUB-ENV-EMPTY`. Each value is read when it is asked for, so that a wrong one
 * stops only what needs it.
 */
export class HubEnvironment {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * `HF_ENDPOINT`, without blanks, quotes and slashes around it: `HUB-ENV-ENDPOINT`, `HUB-ENV-BLANKS`.
   *
   * @throws {ModelError} `invalid-argument` when it is not an HTTP address
   */
  get endpoint(): string {
    const named = unquote(this.#read("HF_ENDPOINT") ?? "");
    return named === "" ? DEFAULT_ENDPOINT : normalizeEndpoint(named, "HF_ENDPOINT");
  }

  /** `HF_HOME`, else `XDG_CACHE_HOME/huggingface`, else `~/.cache/huggingface`; undefined without a home directory. */
  get home(): string | undefined {
    const home = this.#path("HF_HOME");
    if (home !== undefined) return home;
    const cache = this.#path("XDG_CACHE_HOME");
    if (cache !== undefined) return join(cache, "huggingface");
    const user = homeOf(this.#env);
    return user && join(user, ".cache", "huggingface");
  }

  /** `HF_HUB_CACHE`, else `HUGGINGFACE_HUB_CACHE`, else `HF_HOME/hub`: `HUB-ENV-CACHE`. Undefined when none is set. */
  get cacheDirectory(): string | undefined {
    const named = this.#path("HF_HUB_CACHE") ?? this.#path("HUGGINGFACE_HUB_CACHE");
    const home = this.#path("HF_HOME");
    return named ?? (home && join(home, "hub"));
  }

  /** `HF_TOKEN_PATH`, else `token` in {@linkcode home}: where the official login keeps the token, `HUB-ENV-LOGIN`. */
  get tokenPath(): string | undefined {
    const { home } = this;
    return this.#path("HF_TOKEN_PATH") ?? (home && join(home, "token"));
  }

  /** `HF_TOKEN`, else `HUGGING_FACE_HUB_TOKEN`: `HUB-ENV-TOKEN`. */
  get token(): string | undefined {
    return this.#read("HF_TOKEN") ?? this.#read("HUGGING_FACE_HUB_TOKEN");
  }

  /** Whether a token may be sent that the request does not name: `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HUB-ENV-IMPLICIT`. */
  get allowsImplicitToken(): boolean {
    return !isOn(this.#read("HF_HUB_DISABLE_IMPLICIT_TOKEN"));
  }

  /** `HF_HUB_OFFLINE`, else `TRANSFORMERS_OFFLINE`: `HUB-ENV-OFFLINE`, `HUB-ENV-TRANSFORMERS`. */
  get isOffline(): boolean {
    return isOn(this.#read("HF_HUB_OFFLINE") ?? this.#read("TRANSFORMERS_OFFLINE"));
  }

  /** Whether redirects may lead from https to http: `MLX_LAYOUT_ALLOW_HTTP_REDIRECTS`, `HUB-SECURE`. */
  get allowsHttpRedirects(): boolean {
    return isOn(this.#read("MLX_LAYOUT_ALLOW_HTTP_REDIRECTS"));
  }

  /** `HF_HUB_ETAG_TIMEOUT`: how long an answer about a repository may take, in milliseconds. */
  get etagTimeoutMs(): number | undefined {
    return this.#timeoutMs("HF_HUB_ETAG_TIMEOUT");
  }

  /** `HF_HUB_DOWNLOAD_TIMEOUT`: how long a transfer waits for its next byte, in milliseconds: `HUB-ENV-TIMEOUT`. */
  get downloadTimeoutMs(): number | undefined {
    return this.#timeoutMs("HF_HUB_DOWNLOAD_TIMEOUT");
  }

  /** The file of certificates that are trusted beside the known ones, and the variable that names it. */
  get certificateFile(): NamedValue | undefined {
    for (const name of CERTIFICATE_VARIABLES) {
      const value = this.#path(name);
      if (value !== undefined) return { name, value };
    }
    return undefined;
  }

  #read(name: string): string | undefined {
    return this.#env[name] || undefined;
  }

  #path(name: string): string | undefined {
    const value = this.#read(name);
    return value && expandPath(value, this.#env);
  }

  /** Whole seconds; 0 is the default, as in the official client. */
  #timeoutMs(name: string): number | undefined {
    const value = this.#read(name)?.trim();
    if (value === undefined || value === "") return undefined;
    const seconds = Number(value);
    if (!/^\+?\d+$/.test(value) || seconds > TIMEOUT_SECONDS_MAX) {
      throw new ModelError(
        "invalid-argument",
        `Cannot use ${name}=${JSON.stringify(value)}; give whole seconds, at most ${TIMEOUT_SECONDS_MAX}`,
      );
    }
    return seconds === 0 ? undefined : seconds * 1000;
  }
}

/**
 * An endpoint without blanks, quotes and slashes around it.
 *
 * @param source where it was given, for the error
 * @throws {ModelError} `invalid-argument` when it is not an HTTP address
 */
export function normalizeEndpoint(endpoint: string, source: string): string {
  const address = unquote(endpoint);
  const url = URL.parse(address);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new ModelError(
      "invalid-argument",
      `Cannot use ${JSON.stringify(printableAddress(address))} of ${source} as the hub's address; give an address that starts with https:// or http://`,
    );
  }
  return address.replace(/\/+$/, "");
}

/**
 * A path with its leading `~`, and then `$NAME` and `${NAME}`, replaced, as Python's `expanduser` and `expandvars` do:
 * `HUB-ENV-EXPAND`. What is not known is left as it is.
 */
export function expandPath(path: string, env: Environment): string {
  const home = homeOf(env);
  const fromHome = home === undefined ? path : path.replace(/^~(?=$|[/\\])/, () => home);
  return fromHome.replace(
    /\$(?:(\w+)|\{([^}]*)\})/g,
    (whole, plain: string | undefined, braced: string | undefined) =>
      valueOf(env, plain ?? braced ?? "") ?? whole,
  );
}

/** `${constructor}` names a variable, and not what every object has. */
function valueOf(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

function homeOf(env: Environment): string | undefined {
  const home = env["HOME"] || env["USERPROFILE"] || undefined;
  return home === "/" ? home : home?.replace(/[/\\]+$/, "");
}

/** A value without blanks and without a pair of quotes around it, as files of settings leave them. */
export function unquote(value: string): string {
  const trimmed = value.trim();
  const [, , inner] = /^(["'])([^]*)\1$/.exec(trimmed) ?? [];
  return inner === undefined ? trimmed : inner.trim();
}

function isOn(value: string | undefined): boolean {
  return ["1", "ON", "YES", "TRUE"].includes((value ?? "").toUpperCase());
}
