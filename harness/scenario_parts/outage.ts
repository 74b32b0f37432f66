import type { DownloadRequest, ErrorCode } from "../../spec/mod.ts";
import type { StartOptions, World } from "../worlds/world.ts";
import { unreachable } from "./faulty_fetch.ts";

/** The ways in which the hub is away, by what the error of an incomplete model must say then. */
const CODES = {
  "no network": ["offline"],
  "only the hub refuses": ["offline"],
  "the hub's name is unknown": ["offline"],
  silence: ["offline"],
  "connections are reset": ["offline"],
  HF_HUB_OFFLINE: ["offline"],
  "offline in the request": ["offline"],
  "status 401": ["unauthorized", "repository-not-found"],
  "status 404": ["repository-not-found", "revision-not-found"],
  "status 429": ["rate-limited"],
  "status 500": ["hub-unavailable"],
  "status 502": ["hub-unavailable"],
  "status 503": ["hub-unavailable"],
  "status 504": ["hub-unavailable"],
  "the repository was removed": ["unauthorized", "repository-not-found"],
  "the repository became gated": ["gated", "unauthorized"],
  "the repository became private": ["unauthorized", "repository-not-found"],
  "the revision was deleted": ["revision-not-found"],
} as const satisfies Record<string, readonly ErrorCode[]>;

/** One way in which the hub is away. */
export type Outage = keyof typeof CODES;

/** Every way in which the hub is away. */
export const OUTAGES = Object.keys(CODES) as readonly Outage[];

/** What a subject is started with and asked for during an outage. */
export interface OutageEffect {
  readonly start: StartOptions;
  readonly request: Pick<DownloadRequest, "offline">;
  /** What the failure of an incomplete model has for its code: that of the hub's answer where there was one. */
  readonly codes: readonly ErrorCode[];
}

/** Takes the hub away: `OFF-COMPLETE`, `OFF-INCOMPLETE`. */
export function beginOutage(world: World, outage: Outage, repository: string): OutageEffect {
  const { hub } = world;
  const codes = CODES[outage];
  const effect = { start: {}, request: {}, codes };
  const block = (code: "ECONNREFUSED" | "ENOTFOUND"): OutageEffect => ({
    ...effect,
    start: { fetch: (fetch) => unreachable(fetch, { host: hub.endpoint, code }) },
  });
  switch (outage) {
    case "no network":
      hub.goOffline();
      return effect;
    case "only the hub refuses":
      return block("ECONNREFUSED");
    case "the hub's name is unknown":
      return block("ENOTFOUND");
    case "HF_HUB_OFFLINE":
      return { ...effect, start: { env: { HF_HUB_OFFLINE: "1" } } };
    case "offline in the request":
      return { ...effect, request: { offline: true } };
    case "the repository was removed":
      hub.remove(repository);
      return effect;
    case "the repository became private":
      hub.requireToken(repository, "hf_ofSomebodyElse");
      return effect;
    case "the repository became gated":
      hub.faults = [
        { match: { nth: "all" }, do: { type: "status", status: 401, errorCode: "GatedRepo" } },
      ];
      return effect;
    case "the revision was deleted":
      hub.faults = [
        {
          match: { nth: "all" },
          do: { type: "status", status: 404, errorCode: "RevisionNotFound" },
        },
      ];
      return effect;
    case "silence":
      hub.faults = [{ match: { nth: "all" }, do: { type: "no-answer" } }];
      return effect;
    case "connections are reset":
      hub.faults = [{ match: { nth: "all" }, do: { type: "reset" } }];
      return effect;
    default: {
      const status = Number(outage.slice("status ".length));
      hub.faults = [{ match: { nth: "all" }, do: { type: "status", status } }];
      return effect;
    }
  }
}
