import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { wireChunks } from "../answers/body_chunks.ts";
import type { SentAnswer } from "../answers/body_stream.ts";
import type { Fetch } from "../../../spec/mod.ts";
import { drained } from "./drained.ts";
import type { HubExchange, HubRequest } from "../answers/hub_answer.ts";
import { relayAnswer } from "./relay_answer.ts";
import type { SimulatedHub } from "../simulated_hub.ts";
import type { TlsCertificate } from "./tls_certificate.ts";

/** How a hub is served. */
export interface ServeHubOptions {
  /** Bytes of body per second and connection. @default {unlimited} */
  readonly bytesPerSecond?: number;
  /** How long each answer waits before its first byte, in milliseconds: a way that is long. @default {0} */
  readonly delayMs?: number;
  /** Port of the hub itself; the content network has a port of its own. @default {any that is free} */
  readonly port?: number;
  /** Address of this machine that all hosts listen on. @default {addresses of the loopback} */
  readonly hostname?: string;
  /** Told when an exchange is over, however it ended. */
  readonly onEnd?: (exchange: HubExchange) => void;
  /** Told after each piece of a body was handed to the socket, and waited for; to kill a client at byte n. */
  readonly onSent?: (exchange: HubExchange) => void | Promise<void>;
  /** What stands between the hub and its clients at the moment of a request, if anything does. */
  readonly wrap?: () => ((fetch: Fetch) => Fetch) | undefined;
  /** Key and certificate of all hosts, which then speak TLS. @default {they speak plain HTTP} */
  readonly tls?: Pick<TlsCertificate, "key" | "cert">;
}

/** A hub that listens on this machine. */
export interface ServedHub {
  readonly endpoint: string;
  readonly cdnOrigin: string;
  /** Of a third host, which knows nothing of its own: only what `wrap` makes of it. */
  readonly otherOrigin: string;
  /** Of a host that never speaks TLS, and knows nothing of its own either. */
  readonly clearOrigin: string;
  close(): Promise<void>;
}

// How long bytes that were handed to the socket have to arrive before a reset throws them away.
const FLUSH_MS = 20;
const PACE_MS = 20;

/**
 * Serves a hub on two loopback ports, for clients in other processes.
 *
 * Hub and content network have different hosts (`127.0.0.1` and `127.0.0.3`, or `localhost` where only one address listens),
 * because some clients compare hosts alone when they decide where a token may go; with `hostname` only the ports differ. The hub's origins are
 * rewritten, and the plain addresses live on the content network's host. A connection
 * cannot be refused once it was accepted, so a refusal is a reset before the first byte.
 * A request in absolute form (as to a proxy) is answered too, and logged with this address as its proxy.
 *
 * @throws {Error} when the port is taken, or the address is not of this machine
 */
export async function serveHub(
  hub: SimulatedHub,
  options: ServeHubOptions = {},
): Promise<ServedHub> {
  const { tls, port = 0, hostname } = options;
  const api = await listen(hostname ?? "127.0.0.1", { tls, port });
  // A client must not need names: a network that has loopback alone need not resolve them.
  const isLinux = process.platform === "linux";
  const cdn = await listen(hostname ?? (isLinux ? "127.0.0.3" : "localhost"), { tls });
  const otherHost = hostname ?? (isLinux ? "127.0.0.2" : "localhost");
  const other = await listen(otherHost, { tls });
  const clear = tls === undefined ? other : await listen(otherHost, { tls: undefined });
  const hosts = [...new Set([api, cdn, other, clear])];
  const before = { endpoint: hub.endpoint, cdnOrigin: hub.cdnOrigin, urlOrigin: hub.urlOrigin };
  hub.moveTo({ endpoint: api.origin, cdnOrigin: cdn.origin, urlOrigin: cdn.origin });
  for (const { server, origin } of hosts) {
    server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
      answer(hub, { incoming, outgoing, origin, options }).catch((error: unknown) => {
        hub.harnessErrors.push(`${incoming.method} ${incoming.url}: ${String(error)}`);
        incoming.socket.destroy();
      });
    });
  }
  return {
    endpoint: api.origin,
    cdnOrigin: cdn.origin,
    otherOrigin: other.origin,
    clearOrigin: clear.origin,
    async close() {
      hub.moveTo(before);
      await Promise.all(hosts.map(({ server }) => closeServer(server)));
    },
  };
}

async function listen(
  hostname: string,
  { tls, port = 0 }: { readonly tls: ServeHubOptions["tls"]; readonly port?: number },
): Promise<{ server: Server; origin: string }> {
  const limits = { keepAliveTimeout: 5000, requestTimeout: 0 };
  const server: Server =
    tls === undefined ? createServer(limits) : createTlsServer({ ...limits, ...tls });
  server.listen(port, hostname);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was assigned");
  return {
    server,
    origin: `${tls === undefined ? "http" : "https"}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${address.port}`,
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly origin: string;
  readonly options: ServeHubOptions;
}

async function answer(hub: SimulatedHub, exchange: Exchange): Promise<void> {
  const { incoming, outgoing, options } = exchange;
  const request = await readRequest(exchange);
  const wrap = options.wrap?.();
  if (wrap !== undefined) {
    const onSent = async () => {
      const exchange = hub.log.at(-1);
      if (exchange !== undefined) await options.onSent?.(exchange);
    };
    await relayAnswer(hub, outgoing, { request, wrap, onSent });
    return;
  }
  const reply = hub.respond(request);
  outgoing.on("close", () => options.onEnd?.(reply.exchange));
  if (reply.broken === "stall") return;
  if (reply.broken === "closed") {
    incoming.socket.end();
    return;
  }
  if (reply.broken !== undefined) {
    incoming.socket.resetAndDestroy();
    return;
  }
  const delayMs = Math.max(reply.delay ?? 0, options.delayMs ?? 0);
  if (delayMs > 0) await sleep(delayMs);
  outgoing.sendDate = false;
  outgoing.writeHead(reply.status, reply.headers.flat());
  outgoing.flushHeaders();
  await sendBody(hub, reply, exchange);
}

async function readRequest({ incoming, origin }: Exchange): Promise<HubRequest> {
  const target = incoming.url ?? "/";
  const proxied = /^https?:\/\//i.test(target);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return {
    method: incoming.method ?? "GET",
    url: proxied ? target : `${origin}${target}`,
    headers,
    ...(proxied ? { proxy: origin } : {}),
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks).toString("utf8") }),
  };
}

async function sendBody(hub: SimulatedHub, reply: SentAnswer, exchange: Exchange): Promise<void> {
  const { outgoing, options } = exchange;
  const pace = reply.body.bytesPerSecond ?? options.bytesPerSecond;
  const chunkBytes =
    pace === undefined
      ? hub.style.chunkBytes
      : Math.max(1, Math.min(hub.style.chunkBytes, Math.ceil((pace * PACE_MS) / 1000)));
  let dueMs = performance.now();
  for (const chunk of wireChunks(reply.body, chunkBytes)) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk) && !(await drained(outgoing))) return;
    reply.exchange.bytesSent += chunk.length;
    await options.onSent?.(reply.exchange);
    if (pace === undefined) continue;
    // By the clock, so that timers which come late do not make the line slower; a pause of the client is not made up for.
    dueMs = Math.max(dueMs + (chunk.length / pace) * 1000, performance.now() - PACE_MS);
    const leftMs = dueMs - performance.now();
    if (leftMs > 0) await sleep(leftMs);
  }
  await endBody(reply, exchange);
}

async function endBody(reply: SentAnswer, { incoming, outgoing }: Exchange): Promise<void> {
  const { socket } = incoming;
  const field = reply.headers.find(([name]) => name.toLowerCase() === "content-length");
  const promised = field === undefined ? undefined : Number(field[1]);
  switch (reply.body.how) {
    case "stall":
      return;
    case "rst":
      await sleep(FLUSH_MS);
      socket.resetAndDestroy();
      return;
    case "fin":
      socket.end();
      return;
    case undefined:
      // A wrong `Content-Length` shows only when the connection ends where the body does.
      if (
        incoming.method !== "HEAD" &&
        promised !== undefined &&
        promised !== reply.exchange.bytesSent
      ) {
        socket.end();
      } else {
        outgoing.end();
      }
  }
}
