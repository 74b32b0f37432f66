import type { Fetch, HttpResponse } from "../../../spec/mod.ts";
import { bodyStream, connectionError } from "../answers/body_stream.ts";
import type { HubRequest } from "../answers/hub_answer.ts";
import type { SimulatedHub } from "../simulated_hub.ts";
import { StallCounter } from "./stall_counter.ts";

/** A response with the names of its header fields, in the order in which they are sent. */
export interface NamedResponse extends HttpResponse {
  readonly names: readonly string[];
}

/**
 * A hub as a port, with bodies as on the wire: for a front that lets a scenario change answers on their way.
 *
 * A request is handed on as it came, with its method and body; only its address and header fields may have been changed.
 */
export function hubFetch(
  hub: SimulatedHub,
  { method, body }: Pick<HubRequest, "method" | "body">,
): (...args: Parameters<Fetch>) => Promise<NamedResponse> {
  const stalls = new StallCounter();
  return async (url, request) => {
    const { signal, proxy } = request;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const reply = hub.respond({
      method,
      url,
      headers,
      ...(proxy === undefined ? {} : { proxy }),
      ...(body === undefined ? {} : { body }),
    });
    if (reply.broken === "stall") return await stalls.wait(signal);
    if (reply.broken !== undefined) throw connectionError("ECONNRESET", url);
    const { chunkBytes } = hub.style;
    const { sleep } = hub;
    return {
      status: reply.status,
      names: reply.headers.map(([name]) => name),
      headers: new Headers(reply.headers.map(([name, value]): [string, string] => [name, value])),
      // An answer to HEAD has a length and no body.
      body:
        method === "HEAD"
          ? null
          : bodyStream(reply, { chunkBytes, stalls, asClient: false, signal, sleep }),
    };
  };
}
