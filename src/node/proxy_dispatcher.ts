import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici";
import { refusedTunnel } from "./proxy_error.ts";
import { socksHandshake } from "./socks_handshake.ts";

/** Options of {@linkcode proxyDispatcher}. */
export interface ProxyDispatcherOptions {
  /** How many connections one server gets. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** Whom TLS trusts. @default {whom Node trusts} */
  readonly secureContext?: SecureContext | undefined;
}

/**
 * Sends requests through a proxy: `http:` addresses are forwarded, `https:` ones tunnelled, and a SOCKS 5 proxy
 * connects for either.
 *
 * @param proxy an address with a scheme, and with user and password where the proxy wants them
 */
export function proxyDispatcher(proxy: URL, options: ProxyDispatcherOptions): Dispatcher {
  if (proxy.protocol.startsWith("socks")) return socksDispatcher(proxy, options);
  const forward = forwardDispatcher(proxy, options);
  const tunnel = tunnelDispatcher(proxy, options);
  return forward.compose(
    (dispatch) => (request, handler) =>
      String(request.origin).startsWith("https:")
        ? tunnel.dispatch(request, handler)
        : dispatch(request, handler),
  );
}

function poolOptions(options: ProxyDispatcherOptions) {
  const { connections, connectTimeoutMs, secureContext } = options;
  const tls = secureContext === undefined ? {} : { secureContext };
  const connect = { timeout: connectTimeoutMs, allowH2: false, ...tls };
  return { connections, pipelining: 1, allowH2: false, connect };
}

/** The proxy gets the whole address where a server gets a path. */
function forwardDispatcher(proxy: URL, options: ProxyDispatcherOptions): Dispatcher {
  const password = authorizationOf(proxy);
  const own = password === undefined ? {} : { "proxy-authorization": password };
  return new Pool(proxy.origin, poolOptions(options)).compose((dispatch) => (request, handler) => {
    const origin = String(request.origin);
    const headers = { host: new URL(origin).host, ...plainHeaders(request.headers), ...own };
    return dispatch({ ...request, path: origin + request.path, headers }, handler);
  });
}

function plainHeaders(headers: Dispatcher.DispatchOptions["headers"]): Record<string, string> {
  const plain: Record<string, string> = {};
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return plain;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") plain[name.toLowerCase()] = value;
  }
  return plain;
}

function tunnelDispatcher(proxy: URL, options: ProxyDispatcherOptions): Dispatcher {
  const { connections, connectTimeoutMs, secureContext } = options;
  const tls = secureContext === undefined ? {} : { secureContext };
  const limits = { connections, pipelining: 1, allowH2: false };
  const password = authorizationOf(proxy);
  return new ProxyAgent({
    ...limits,
    uri: proxy.href,
    ...(password === undefined ? {} : { token: password }),
    connectTimeout: connectTimeoutMs,
    ...(secureContext === undefined
      ? {}
      : { requestTls: { ...tls, timeout: connectTimeoutMs }, proxyTls: tls }),
    clientFactory: (origin, given) => new TunnelPool(origin, given),
    // Without a factory of ours, requests would go over any number of connections.
    factory: (origin, given) => new Pool(origin, Object.assign({}, given, limits)),
  });
}

/** Connections to a proxy; a refusal keeps its status, which undici tells in words alone. */
class TunnelPool extends Pool {
  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  override async connect(options: Dispatcher.ConnectOptions, callback: never): Promise<never>;
  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const answer = await super.connect(options);
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", ignore).destroy();
    throw refusedTunnel(answer.statusCode);
  }
}

function socksDispatcher(proxy: URL, options: ProxyDispatcherOptions): Dispatcher {
  const { connections, connectTimeoutMs, secureContext } = options;
  const tls = secureContext === undefined ? {} : { secureContext };
  const toProxy = buildConnector({ timeout: connectTimeoutMs });
  const toServer = buildConnector({ timeout: connectTimeoutMs, allowH2: false, ...tls });
  const address = {
    hostname: proxy.hostname.replace(/^\[|\]$/g, ""),
    host: proxy.host,
    protocol: "http:",
    port: proxy.port || "1080",
  };
  return new Agent({
    connections,
    pipelining: 1,
    allowH2: false,
    connect: (server, callback) => {
      toProxy(address, (error, socket) => {
        if (error !== null) return callback(error, null);
        askSocks(socket, { proxy, server, timeoutMs: connectTimeoutMs }).then(
          () => {
            if (server.protocol === "https:") toServer({ ...server, httpSocket: socket }, callback);
            else callback(null, socket);
          },
          (failure: Error) => {
            socket.on("error", ignore).destroy();
            callback(failure, null);
          },
        );
        return undefined;
      });
    },
  });
}

async function askSocks(
  socket: Socket,
  context: {
    readonly proxy: URL;
    readonly server: buildConnector.Options;
    readonly timeoutMs: number;
  },
): Promise<void> {
  const { proxy, server, timeoutMs } = context;
  const late = Object.assign(new Error("the SOCKS proxy does not answer"), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  try {
    await socksHandshake(socket, {
      hostname: server.hostname,
      port: Number(server.port || (server.protocol === "https:" ? 443 : 80)),
      username: decodeURIComponent(proxy.username),
      password: decodeURIComponent(proxy.password),
    });
  } finally {
    clearTimeout(timer);
  }
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** A failure of a connection that is given up concerns nobody. */
function ignore(): void {}
