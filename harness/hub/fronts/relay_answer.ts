import type { ServerResponse } from "node:http";
import type { Fetch, HttpRequest } from "../../../spec/mod.ts";
import { drained } from "./drained.ts";
import type { HubRequest } from "../answers/hub_answer.ts";
import { hubFetch, type NamedResponse } from "./hub_fetch.ts";
import type { SimulatedHub } from "../simulated_hub.ts";

/** Header fields that a wrapper of a hub may add to an answer that had none. */
const ADDED_NAMES = ["Link", "Location", "ETag", "X-Repo-Commit", "X-Linked-Etag", "X-Cache"];

/** Answers a request through a wrapped hub, so that a scenario may change what a program in another process gets. */
export async function relayAnswer(
  hub: SimulatedHub,
  outgoing: ServerResponse,
  options: {
    readonly request: HubRequest;
    readonly wrap: (fetch: Fetch) => Fetch;
    readonly onSent: () => Promise<void>;
  },
): Promise<void> {
  const { request, wrap, onSent } = options;
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  let names: readonly string[] = [];
  const fetch = wrap(async (url, passed) => {
    const response: NamedResponse = await hubFetch(hub, request)(url, passed);
    names = response.names;
    return response;
  });
  const { method, headers, proxy } = request;
  const passed: HttpRequest = {
    method: method === "HEAD" ? "HEAD" : "GET",
    headers,
    signal: gone.signal,
    ...(proxy === undefined ? {} : { proxy }),
  };
  try {
    const response = await fetch(request.url, passed);
    outgoing.sendDate = false;
    outgoing.writeHead(response.status, fieldsOf(response.headers, names));
    outgoing.flushHeaders();
    for await (const chunk of response.body ?? []) {
      if (outgoing.destroyed) return;
      // What the client has not taken is not asked of the hub: a body may have no end.
      if (!outgoing.write(chunk) && !(await drained(outgoing))) return;
      await onSent();
    }
    outgoing.end();
  } catch {
    // The client went away, or the hub breaks the connection on purpose.
    outgoing.socket?.resetAndDestroy();
  }
}

function fieldsOf(
  headers: { get(name: string): string | null },
  names: readonly string[],
): string[] {
  const known = new Set(names.map((name) => name.toLowerCase()));
  const added = ADDED_NAMES.filter((name) => !known.has(name.toLowerCase()));
  return [...names, ...added].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [name, value];
  });
}
