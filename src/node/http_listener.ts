/**
 * A server of HTTP on this machine, with limits: what is offered is a function from a request to an answer.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ServedAnswer, ServedRequest } from "../../spec/mod.ts";

/** How a listener is made. */
export interface ListenOptions {
  /** Address of this machine that it listens on. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Ends it: nothing new is taken, and what is being sent breaks off. */
  readonly signal: AbortSignal;
  /** Called when an exchange is over, however it ended. */
  readonly onEnd?: (exchange: EndedExchange) => void;
  /** @default {the defaults of {@linkcode ListenLimits}} */
  readonly limits?: Partial<ListenLimits>;
}

/** What a client may take of this machine. */
export interface ListenLimits {
  /** Connections at a time; more are closed at once. @default {128} */
  readonly connectionsMax: number;
  /** How long a request may take to arrive, in milliseconds. @default {20,000} */
  readonly requestMs: number;
  /** How long a client may take for a piece of a body, in milliseconds. @default {60,000} */
  readonly stallMs: number;
  /** How long a connection stays open for its next request, in milliseconds. @default {5,000} */
  readonly idleMs: number;
  /** Bytes of a request's line and headers. @default {16 KiB} */
  readonly headerBytesMax: number;
  /** Bytes of a request's body. @default {1 MiB} */
  readonly bodyBytesMax: number;
}

const LIMITS: ListenLimits = {
  connectionsMax: 128,
  requestMs: 20_000,
  stallMs: 60_000,
  idleMs: 5_000,
  headerBytesMax: 16 * 1024,
  bodyBytesMax: 1024 * 1024,
};

/** One exchange that is over. */
export interface EndedExchange {
  /** Address of the client. */
  readonly client: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  /** Bytes of the body that were handed to the connection. */
  readonly bytesSent: number;
  readonly durationMs: number;
  /** Why it broke off, where it did. */
  readonly fault?: unknown;
}

/** A server that listens. */
export interface HttpListener {
  /** Its address, such as `http://127.0.0.1:8017`. */
  readonly origin: string;
  /** Resolves when it has ended and the port is free again. */
  readonly ended: Promise<void>;
}

/** Listens until the signal fires; where the answer to a request comes from. */
export type Listen = (
  answer: (request: ServedRequest) => Promise<ServedAnswer>,
  options: ListenOptions,
) => Promise<HttpListener>;

/**
 * Listens for HTTP on this machine.
 *
 * A body is read as fast as the client takes it, and a client that takes nothing for a while is cut off.
 *
 * @throws {Error} the system's, with its `code`: `EADDRINUSE` when the port is taken, `EADDRNOTAVAIL` for another machine's address
 */
export const listenHttp: Listen = async (answer, options) => {
  const { host, port, signal } = options;
  const limits = { ...LIMITS, ...options.limits };
  const server = createServer({
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(limits.requestMs, 5_000),
  });
  server.maxConnections = limits.connectionsMax;
  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    void exchange(answer, { incoming, outgoing, limits, onEnd: options.onEnd });
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" ? address?.port : undefined;
  const ended = once(server, "close").then(() => undefined);
  const end = () => {
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return { origin: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`, ended };
};

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly limits: ListenLimits;
  readonly onEnd: ListenOptions["onEnd"];
}

async function exchange(
  answer: (request: ServedRequest) => Promise<ServedAnswer>,
  context: Exchange,
): Promise<void> {
  const { incoming, outgoing, limits, onEnd } = context;
  const startMs = performance.now();
  const { method = "GET", url: target = "/" } = incoming;
  const client = incoming.socket.remoteAddress ?? "";
  let bytesSent = 0;
  let fault: unknown;
  // A connection that breaks is an end like any other.
  outgoing.on("error", (error) => (fault ??= error));
  try {
    const body = await readBody(incoming, limits.bodyBytesMax);
    if (body === undefined) outgoing.writeHead(413, { Connection: "close" }).end();
    else {
      const answered = await answer({
        method,
        target,
        headers: headersOf(incoming),
        ...(body !== "" && { body }),
      });
      outgoing.writeHead(answered.status, answered.headers.flat());
      for await (const piece of answered.body ?? []) {
        if (outgoing.destroyed) break;
        const isTaken = outgoing.write(piece) || (await drained(outgoing, limits.stallMs));
        if (!isTaken) break;
        bytesSent += piece.length;
      }
      outgoing.end();
    }
  } catch (error) {
    fault = error;
    // What was sent is right, and a client may go on from there.
    if (outgoing.headersSent) incoming.socket.destroySoon();
    else outgoing.writeHead(500, { "Content-Length": "0" }).end();
  }
  if (!outgoing.closed && !outgoing.destroyed) await closed(outgoing, limits.stallMs);
  const durationMs = performance.now() - startMs;
  const { statusCode: status } = outgoing;
  onEnd?.({
    client,
    method,
    target,
    status,
    bytesSent,
    durationMs,
    ...(fault !== undefined && { fault }),
  });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) fields[name] = Array.isArray(value) ? value.join(", ") : value;
  return fields;
}

/** @returns undefined for a body that is too long */
async function readBody(incoming: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > bytesMax) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Waits until the client has taken what was written; one that takes too long is cut off. @returns whether it has */
async function drained(outgoing: ServerResponse, stallMs: number): Promise<boolean> {
  if (outgoing.destroyed) return false;
  const isTaken = await first(outgoing, ["drain", "close"], stallMs);
  if (isTaken === "drain") return true;
  outgoing.destroy();
  return false;
}

async function closed(outgoing: ServerResponse, stallMs: number): Promise<void> {
  const end = await first(outgoing, ["finish", "close"], stallMs);
  if (end === undefined) outgoing.destroy();
}

/** The first of some events, or undefined where none comes in time. */
function first(
  outgoing: ServerResponse,
  names: readonly string[],
  limitMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const listeners = names.map((name) => [name, () => settle(name)] as const);
    const timer = setTimeout(() => settle(undefined), limitMs);
    const settle = (name: string | undefined) => {
      clearTimeout(timer);
      for (const [one, listener] of listeners) outgoing.off(one, listener);
      resolve(name);
    };
    for (const [name, listener] of listeners) outgoing.on(name, listener);
  });
}
