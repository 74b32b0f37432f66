import type { Fetch, HttpRequest, HttpResponse } from "../../../spec/mod.ts";
import type { BodyPiece } from "../answers/body_chunks.ts";
import { clientPieces, connectionError, type SentAnswer } from "../answers/body_stream.ts";
import { splitUrl } from "../hub_route.ts";
import type { SimulatedHub } from "../simulated_hub.ts";

/**
 * The port over a hub with nothing in between: no interception, no stream, no wait.
 *
 * It is for judging thousands of disk states with the hub at its best. What a connection does besides
 * breaking (stalls, delays, compression) is left to {@linkcode mswFetch}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { directFetch } from "mlx-conform/internal";
 * import { SimulatedHub } from "mlx-conform";
 *
 * const hub = new SimulatedHub({ now: () => 0 });
 * hub.publish("org/name", []);
 * const answer = await directFetch(hub)(`${hub.endpoint}/api/models/org/name`, { method: "GET", headers: {} });
 * assert.equal(answer.status, 200);
 * ```
 */
export function directFetch(hub: SimulatedHub): Fetch {
  return async (url, request) => {
    request.signal?.throwIfAborted();
    const { origin } = splitUrl(url);
    if (![hub.endpoint, hub.cdnOrigin, hub.urlOrigin].includes(origin)) {
      throw new TypeError("fetch failed", { cause: connectionError("ECONNREFUSED", url) });
    }
    const answer = hub.respond({ method: request.method, url, headers: lowerCase(request) });
    if (answer.broken !== undefined) {
      const code = answer.broken === "refused" ? "ECONNREFUSED" : "ECONNRESET";
      throw new TypeError("fetch failed", { cause: connectionError(code, url) });
    }
    const fields = new Map<string, string>();
    for (const [name, value] of answer.headers) fields.set(name.toLowerCase(), value);
    const hasBody = request.method !== "HEAD" && ![204, 205, 304].includes(answer.status);
    const response: HttpResponse = {
      status: answer.status,
      headers: { get: (name) => fields.get(name.toLowerCase()) ?? null },
      body: hasBody ? bodyOf(answer, hub.style.chunkBytes) : null,
    };
    return response;
  };
}

function lowerCase({ headers }: HttpRequest): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) fields[name.toLowerCase()] = value;
  return fields;
}

async function* bodyOf(answer: SentAnswer, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const pieces = clientPieces(answer, chunkBytes);
  let next: IteratorResult<BodyPiece, boolean> = pieces.next();
  for (; next.done !== true; next = pieces.next()) {
    answer.exchange.bytesSent += next.value.wireBytes;
    yield next.value.bytes.slice();
  }
  if (next.value) return;
  const cause = connectionError("ECONNRESET", `broke after ${answer.exchange.bytesSent} bytes`);
  throw new TypeError("terminated", { cause });
}
