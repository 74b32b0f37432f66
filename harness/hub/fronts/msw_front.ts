import { defineNetwork, HttpNetworkFrame, NetworkSource } from "msw/experimental";
// The whole of msw opens a channel for WebSocket, which keeps a process of Deno from its end.
import { http } from "msw/http";
import { defaultNetworkOptions } from "msw/node";
import type { Fetch, HttpRequest, HttpResponse } from "../../../spec/mod.ts";
import { bodyStream, connectionError } from "../answers/body_stream.ts";
import type { HubRequest } from "../answers/hub_answer.ts";
import { splitUrl } from "../hub_route.ts";
import type { SimulatedHub } from "../simulated_hub.ts";
import { abortReason, StallCounter } from "./stall_counter.ts";

/** The process's one interception of HTTP. */
export interface MswFront {
  /** Lets requests of any client in this process reach the hub, until the returned function is called. */
  attach(hub: SimulatedHub): () => void;
  /** How many requests and bodies stand still until they are aborted. */
  stalledCount(): number;
  /** Requests to hosts that no hub answers for; each of them failed. */
  readonly strays: readonly string[];
}

/** How a request of {@linkcode mswFetch} goes on its way; the frame carries it past msw. */
interface FetchContext {
  readonly hub: SimulatedHub | undefined;
  readonly request: HttpRequest;
}

const LOCAL = /^https?:\/\/(127(?:\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;
const BREAKAGE_CODES = {
  refused: "ECONNREFUSED",
  reset: "ECONNRESET",
  closed: "UND_ERR_SOCKET",
} as const;
const NULL_BODY_STATUSES = new Set([204, 205, 304]);

const attached = new Map<string, SimulatedHub>();
const contexts = new WeakMap<Request, FetchContext>();
const stalls = new StallCounter();
const strays: string[] = [];
let running: { readonly front: MswFront; readonly source: FetchSource } | undefined;

/**
 * Starts msw, once for the process, and says which hubs it knows.
 *
 * Every HTTP client of the process meets the attached hubs: `fetch`, `node:http` and undici alike.
 * A request to any other host fails; it never reaches a network. Only the loopback
 * addresses are let through, because {@linkcode serveHub} may run in the same process.
 */
export function mswFront(): MswFront {
  return start().front;
}

/**
 * The port through which a subject in this process reaches a hub, or, without one, every attached hub.
 *
 * It hands its frames to msw directly. Through the global `fetch` msw 3 plays a whole connection
 * (socket, TLS, HTTP parser, undici) for each request and answers some 700 a second; this way
 * it is several thousand. What the connection does is therefore done here: breaking off where
 * `Content-Length` says more than came, dropping what is beyond it, undoing `Content-Encoding`, and
 * failing with undici's errors. A property holds this against a real connection.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mswFetch } from "mlx-conform/internal";
 * import { SimulatedHub } from "mlx-conform";
 *
 * const hub = new SimulatedHub({ now: () => 0 });
 * hub.publish("org/name", []);
 * const answer = await mswFetch(hub)(`${hub.endpoint}/api/models/org/name`, { method: "GET", headers: {} });
 * assert.equal(answer.status, 200);
 * ```
 */
export function mswFetch(hub?: SimulatedHub): Fetch {
  const { source } = start();
  return (url, request) => {
    const { origin } = splitUrl(url);
    if (LOCAL.test(origin)) return localFetch(url, request);
    return source.send(url, { hub, request });
  };
}

function localFetch(url: string, request: HttpRequest): Promise<HttpResponse> {
  const { method, headers, signal } = request;
  return globalThis.fetch(url, {
    method,
    headers: { ...headers },
    redirect: "manual",
    ...(signal === undefined ? {} : { signal }),
  });
}

function start(): { readonly front: MswFront; readonly source: FetchSource } {
  if (running !== undefined) return running;
  const source = new FetchSource();
  // The clients of Bun do not use the sockets of node:net, which msw replaces.
  const sockets = "bun" in process.versions ? [] : defaultNetworkOptions.sources;
  for (const one of sockets) {
    const queue = one.queue.bind(one);
    one.queue = (frame) => {
      // A failed connection is an answer like another; a frame without a listener prints it.
      frame.events.on("unhandledException", () => {});
      return queue(frame);
    };
  }
  const network = defineNetwork({
    sources: [...sockets, source],
    handlers: [
      http.all(
        ({ request }) => contexts.has(request) || !LOCAL.test(splitUrl(request.url).origin),
        ({ request }) => answer(request),
      ),
    ],
    // Only what goes to this machine is left.
    onUnhandledFrame: "bypass",
    context: { quiet: true },
  });
  network.enable();
  running = { front: { attach, stalledCount: () => stalls.count, strays }, source };
  return running;
}

function attach(hub: SimulatedHub): () => void {
  const origins = [hub.endpoint, hub.cdnOrigin, hub.urlOrigin];
  for (const origin of origins) attached.set(origin, hub);
  return () => {
    for (const origin of origins) if (attached.get(origin) === hub) attached.delete(origin);
  };
}

async function answer(request: Request): Promise<Response> {
  const context = contexts.get(request);
  const signal = context === undefined ? request.signal : context.request.signal;
  const { origin } = splitUrl(request.url);
  const hub = hubAt(origin, context);
  if (hub === undefined) {
    strays.push(`${request.method} ${request.url}`);
    throw connectionError("ECONNREFUSED", `no simulated hub answers for ${origin}`);
  }
  const reply = hub.respond(await hubRequest(request, context?.request.proxy));
  if (reply.broken === "stall") return await stalls.wait(signal);
  if (reply.broken !== undefined) {
    throw connectionError(BREAKAGE_CODES[reply.broken], `${request.method} ${request.url}`);
  }
  const init = {
    status: reply.status,
    headers: reply.headers.map(([k, v]): [string, string] => [k, v]),
  };
  if (reply.delay !== undefined) await delay(reply.delay, signal);
  if (request.method === "HEAD" || NULL_BODY_STATUSES.has(reply.status)) {
    return new Response(null, init);
  }
  const { chunkBytes } = hub.style;
  const asClient = context !== undefined;
  const { sleep } = hub;
  return new Response(bodyStream(reply, { chunkBytes, stalls, asClient, signal, sleep }), init);
}

function hubAt(origin: string, context: FetchContext | undefined): SimulatedHub | undefined {
  const hub = context?.hub;
  if (hub === undefined) return attached.get(origin);
  return [hub.endpoint, hub.cdnOrigin, hub.urlOrigin].includes(origin) ? hub : undefined;
}

async function hubRequest(request: Request, proxy: string | undefined): Promise<HubRequest> {
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    ...(request.method === "POST" ? { body: await request.text() } : {}),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

function delay(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(abortReason(signal));
      },
      { once: true },
    );
  });
}

/** Brings requests to msw that never were on a socket. */
class FetchSource extends NetworkSource<FetchFrame> {
  enable(): void {}

  send(url: string, context: FetchContext): Promise<HttpResponse> {
    const { method, headers, signal } = context.request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortReason(signal));
        return;
      }
      // The signal is not given to the `Request`: copies of it would pile up listeners on a
      // signal that lives as long as a whole download.
      const request = new Request(url, { method, headers: clientHeaders(url, headers) });
      contexts.set(request, context);
      const abort = () => reject(abortReason(signal));
      signal?.addEventListener("abort", abort, { once: true });
      const frame = new FetchFrame(request, {
        resolve: (response) => {
          signal?.removeEventListener("abort", abort);
          resolve(response);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      });
      this.queue(frame).catch(reject);
    });
  }
}

// What undici adds by itself, and hubs react to.
function clientHeaders(url: string, headers: HttpRequest["headers"]): Record<string, string> {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const own: Record<string, string> = {};
  if (!names.has("accept")) own["accept"] = "*/*";
  if (!names.has("accept-encoding")) {
    const zipped = url.startsWith("https:") ? "br, gzip, deflate" : "gzip, deflate";
    own["accept-encoding"] = names.has("range") ? "identity" : zipped;
  }
  return { ...own, ...headers };
}

interface Settling {
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
}

class FetchFrame extends HttpNetworkFrame {
  readonly #settling: Settling;

  constructor(request: Request, settling: Settling) {
    super({ request });
    this.events.on("unhandledException", () => {});
    this.#settling = settling;
  }

  override passthrough(): void {
    this.errorWith(connectionError("ECONNREFUSED", "nothing is let through to a network"));
  }

  override respondWith(response?: Response): void {
    if (response === undefined) this.passthrough();
    else this.#settling.resolve(response);
  }

  override errorWith(reason?: unknown): void {
    this.#settling.reject(new TypeError("fetch failed", { cause: reason }));
  }
}
