import type { Environment, FileSystem } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { ModelError } from "../errors.ts";
import { HubEnvironment, normalizeEndpoint, unquote } from "./environment.ts";

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
 * `HUB-ENV-OFFLINE`, `HUB-ENV-EMPTY`. The token of a login is on the disk: {@linkcode readHubSettings}.
 *
 * @throws {ModelError} `invalid-argument` when the endpoint is not an HTTP address
 */
export function hubSettings(env: Environment, overrides: HubOverrides = {}): HubSettings {
  const environment = new HubEnvironment(env);
  const implicit = environment.allowsImplicitToken ? environment.token : undefined;
  return {
    endpoint: overrides.endpoint
      ? normalizeEndpoint(overrides.endpoint, "the request")
      : environment.endpoint,
    token: cleanToken(overrides.token || implicit, "HF_TOKEN or --token"),
    offline: overrides.offline ?? environment.isOffline,
  };
}

/**
 * As {@linkcode hubSettings}, with the token of the official login where neither the request nor a variable names
 * one: `HUB-ENV-LOGIN`.
 *
 * A file that cannot be read gives no token: most models need none.
 *
 * @throws {ModelError} `invalid-argument` for an endpoint or a token that cannot be one
 */
export async function readHubSettings(
  files: FileSystem,
  env: Environment,
  overrides: HubOverrides = {},
): Promise<HubSettings> {
  const settings = hubSettings(env, overrides);
  const { allowsImplicitToken, tokenPath } = new HubEnvironment(env);
  if (settings.token !== undefined || settings.offline) return settings;
  if (!allowsImplicitToken || tokenPath === undefined) return settings;
  const stored = await readSmallFile(files, tokenPath).catch(() => undefined);
  return { ...settings, token: cleanToken(stored, JSON.stringify(tokenPath)) };
}

/** A token from a file often ends in a newline, which no header may hold. */
function cleanToken(token: string | undefined, source: string): string | undefined {
  const text = unquote((token ?? "").replace(/[\r\n]/g, ""));
  if (text === "") return undefined;
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new ModelError(
      "invalid-argument",
      `Cannot use the token: it has characters that no token has; check ${source}`,
    );
  }
  return text;
}
