import type { Dispatcher } from "undici";
import type { Fetch, HttpRequest, HttpResponse } from "../../spec/mod.ts";
import { responseBody } from "./response_body.ts";
import { ConnectionError } from "./connection_error.ts";
import type { NodeFetchOptions } from "./node_fetch.ts";
import { trustedCertificates } from "./trusted_certificates.ts";
import { undiciParts } from "./undici_parts.ts";

/** Bytes of a body that wait in memory before the connection is paused. */
const BUFFER_BYTES = 256 * 1024;

/** A last resort against a server that accepts and never answers, for callers without a signal of their own. */
const HEADERS_TIMEOUT_MS = 300_000;

/** The network over undici's `request`; {@linkcode nodeFetch} says how it behaves. */
export async function undiciFetch(options: NodeFetchOptions): Promise<Fetch> {
  const { Agent, request: sendRequest } = await undiciParts();
  const { connectionsPerOrigin = 64, connectTimeoutMs = 10_000 } = options;
  const dispatchers = new Map<string, Promise<Dispatcher>>();

  const makeDispatcher = async ({ proxy, certificates }: HttpRequest): Promise<Dispatcher> => {
    const secureContext = certificates && (await trustedCertificates(certificates));
    const shared = { connections: connectionsPerOrigin, connectTimeoutMs };
    if (proxy !== undefined) {
      const address = new URL(proxyAddress(proxy));
      const { proxyDispatcher } = await import("./proxy_dispatcher.ts");
      return proxyDispatcher(address, secureContext ? { ...shared, secureContext } : shared);
    }
    const tls = secureContext ? { secureContext } : {};
    const connect = { timeout: connectTimeoutMs, ...tls };
    return new Agent({
      connections: connectionsPerOrigin,
      pipelining: 1,
      allowH2: false,
      connect,
    });
  };

  const dispatcherFor = (request: HttpRequest): Promise<Dispatcher> => {
    const key = JSON.stringify([request.proxy, request.certificates]);
    const known = dispatchers.get(key);
    if (known !== undefined) return known;
    const made = makeDispatcher(request);
    dispatchers.set(key, made);
    // A file that was wrong may be right the next time.
    made.catch(() => dispatchers.delete(key));
    return made;
  };

  return async (url, request) => {
    request.signal?.throwIfAborted();
    let response: Dispatcher.ResponseData;
    try {
      const { origin, pathname, search } = new URL(url);
      response = await sendRequest.call(await dispatcherFor(request), {
        origin,
        path: pathname + search,
        method: request.method,
        headers: { ...request.headers },
        headersTimeout: request.signal === undefined ? HEADERS_TIMEOUT_MS : 0,
        bodyTimeout: 0,
        // Undici closes the connection after each HEAD otherwise, which costs a TLS handshake a file.
        reset: false,
        highWaterMark: BUFFER_BYTES,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
    } catch (error) {
      request.signal?.throwIfAborted();
      throw new ConnectionError(`Cannot reach ${target(url, request)}`, error);
    }
    return httpResponse(response, url, request);
  };
}

function httpResponse(
  response: Dispatcher.ResponseData,
  url: string,
  request: HttpRequest,
): HttpResponse {
  const { statusCode: status, headers, body } = response;
  const get = (name: string): string | null => {
    const value = headers[name.toLowerCase()];
    if (value === undefined) return null;
    return Array.isArray(value) ? value.join(", ") : value;
  };
  if (request.method === "HEAD" || status === 204 || status === 304) {
    // There is no body, but the stream must be ended for the connection to be free again.
    body.on("error", ignore).resume();
    return { status, headers: { get }, body: null };
  }
  const decoded = responseBody(body, {
    encoding: get("content-encoding"),
    length: get("content-length"),
    attempt: `Cannot read the answer of ${target(url, request)}`,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return { status, headers: { get }, body: decoded };
}

/** A failure after the end of an answer without a body concerns nobody. */
function ignore(): void {}

/** Names the other side without path and query, which can hold a signature that grants access. */
function target(url: string, request: HttpRequest): string {
  const { origin } = new URL(url);
  if (request.proxy === undefined) return origin;
  return `${origin} through the proxy ${new URL(proxyAddress(request.proxy)).host}`;
}

/** `HTTPS_PROXY=proxy:3128` is widespread, and curl takes it for `http://proxy:3128`. */
function proxyAddress(proxy: string): string {
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}
