import type { Environment } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { printableAddress } from "./credentials.ts";

/** The hub of a request that names none and whose environment names none. */
export const DEFAULT_ENDPOINT = "https://huggingface.co";

/** How a hub is reached. */
export interface HubSettings {
  /** Address without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly offline: boolean;
}

/** What a request says itself; it wins over the environment. */
export interface HubOverrides {
  readonly endpoint?: string | undefined;
  readonly token?: string | undefined;
  readonly offline?: boolean | undefined;
}

/**
 * Reads how to reach the hub, as the official client does: `HUB-ENV-ENDPOINT`, `HUB-ENV-TOKEN`,
 * `HUB-ENV-OFFLINE`, `HUB-ENV-EMPTY`.
 *
 * @throws {ModelError} `invalid-argument` when the endpoint is not an HTTP address
 */
export function hubSettings(env: Environment, overrides: HubOverrides = {}): HubSettings {
  const endpoint = overrides.endpoint || env["HF_ENDPOINT"] || DEFAULT_ENDPOINT;
  return {
    endpoint: normalizeEndpoint(endpoint),
    token: readToken(overrides.token || env["HF_TOKEN"] || env["HUGGING_FACE_HUB_TOKEN"]),
    offline: overrides.offline ?? isOn(env["HF_HUB_OFFLINE"]),
  };
}

function normalizeEndpoint(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new ModelError(
      "invalid-argument",
      `Cannot use ${JSON.stringify(printableAddress(endpoint))} as the hub's address; give an address that starts with https:// or http://`,
    );
  }
  return endpoint.replace(/\/+$/, "");
}

/** A token from a file often ends in a newline, which no header may hold. */
function readToken(token: string | undefined): string | undefined {
  const trimmed = token?.trim();
  if (trimmed === undefined || trimmed === "") return undefined;
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new ModelError(
      "invalid-argument",
      "Cannot use the token: it has characters that no token has; check HF_TOKEN or --token",
    );
  }
  return trimmed;
}

function isOn(value: string | undefined): boolean {
  return ["1", "ON", "YES", "TRUE"].includes((value ?? "").toUpperCase());
}
