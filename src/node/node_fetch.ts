/**
 * The real network behind the port.
 *
 * @module
 */

import type { Fetch } from "../../spec/mod.ts";

/** Options of {@linkcode nodeFetch}. */
export interface NodeFetchOptions {
  /** How many connections one server (through one proxy) gets. @default {64} */
  readonly connectionsPerOrigin?: number;
  /** How long connecting may take, in milliseconds. @default {10000} */
  readonly connectTimeoutMs?: number;
}

/**
 * Builds the port to the network over undici's `request`.
 *
 * Redirects are not followed; bodies are decoded (gzip, br, deflate, zstd) and `headers` stay as they came.
 * Idle connections are kept and do not keep the process alive. Each proxy has its own connections. HTTP/2 is off:
 * several connections carry more than several streams of one.
 *
 * Undici is loaded with the first request: most commands send none.
 *
 * @returns a function that rejects with a {@linkcode ConnectionError} when no response came, or with the signal's reason
 *
 * @example Usage
 * ```ts
 * import { nodeHost } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const { fetch } = nodeHost();
 * await assert.rejects(fetch("http://127.0.0.1:1/", { method: "GET", headers: {} }), { name: "ConnectionError" });
 * ```
 */
export function nodeFetch(options: NodeFetchOptions = {}): Fetch {
  let loaded: Promise<Fetch> | undefined;
  return async (url, request) => {
    request.signal?.throwIfAborted();
    loaded ??= import("./undici_fetch.ts").then(({ undiciFetch }) => undiciFetch(options));
    return (await loaded)(url, request);
  };
}
