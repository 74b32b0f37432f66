import type { Agent, Dispatcher } from "undici";

/** What sends requests, of undici. */
export interface UndiciParts {
  readonly Agent: typeof Agent;
  /** Sends one by a dispatcher, which is its `this`. */
  readonly request: (
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ) => Promise<Dispatcher.ResponseData>;
}

/** Modules of the pinned version; all that they load is a fifth of the package, which has a `fetch` and web sockets besides. */
const AGENT = "undici/lib/dispatcher/agent.js";
const REQUEST = "undici/lib/api/api-request.js";
/** Bun has an undici of its own, and Deno knows packages by the names in its map. */
const IS_NODE = !["bun", "deno"].some((name) => name in process.versions);

/** Loads what sends requests, and on Node no more of the package than that. */
export async function undiciParts(): Promise<UndiciParts> {
  if (IS_NODE) {
    try {
      const [agent, request] = await Promise.all([
        import(AGENT) as Promise<{ readonly default: UndiciParts["Agent"] }>,
        import(REQUEST) as Promise<{ readonly default: UndiciParts["request"] }>,
      ]);
      return { Agent: agent.default, request: request.default };
    } catch (error) {
      // Another version, or a bundle, may have them elsewhere.
      if (!isAbsent(error)) throw error;
    }
  }
  const { Agent: all, request } = await import("undici");
  return {
    Agent: all,
    request(options) {
      const { origin, path, ...rest } = options;
      return request(new URL(path, origin), { ...rest, dispatcher: this });
    },
  };
}

function isAbsent(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ERR_MODULE_NOT_FOUND" || error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
}
