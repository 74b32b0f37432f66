import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import type { HttpRequest } from "../../spec/mod.ts";
import { nodeFetch } from "./node_fetch.ts";

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

const GET = { method: "GET", headers: {} } as const;

test("fetch() keeps the status of a proxy that refuses a tunnel", async () => {
  for (const [status, code] of [
    [407, "ERR_PROXY_AUTHENTICATION"],
    [403, "ERR_PROXY_REFUSED"],
    [503, "ERR_PROXY_UNAVAILABLE"],
  ] as const) {
    const proxy = await tunnelProxy(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const asked = nodeFetch()("https://hub.test/secret", { ...GET, proxy });
    await assert.rejects(asked, (error: Error) => {
      assert.equal(codeOf(error), code);
      assert.doesNotMatch(error.message, /secret|password/);
      return true;
    });
  }
});

test("fetch() passes on the 407 of a proxy that forwards", async () => {
  const url = await listen((_, outgoing) => outgoing.writeHead(407).end());
  const response = await nodeFetch()("http://hub.test/", { ...GET, proxy: url });
  assert.equal(response.status, 407);
});

test("fetch() goes through a SOCKS proxy, which resolves the name and gets the password", async () => {
  const url = await listen((incoming, outgoing) => outgoing.end(`of ${incoming.headers.host}`));
  const { port } = new URL(url);
  for (const scheme of ["socks5", "socks5h", "socks"]) {
    const proxy = await socksProxy({ password: "p@ss" });
    const address = `${scheme}://me:p%40ss@127.0.0.1:${proxy.port}`;
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown) => warnings.push(warning);
    process.on("warning", onWarning);
    const text = await textOf(`http://hub.test:${port}/`, { ...GET, proxy: address });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", onWarning);
    assert.equal(text, `of hub.test:${port}`);
    assert.deepEqual(proxy.asked, [`hub.test:${port}`]);
    assert.deepEqual(warnings, []);
  }
});

test("fetch() says why a SOCKS proxy does not connect", async () => {
  const cases: readonly (readonly [SocksOptions, string])[] = [
    [{ password: "another" }, "ERR_PROXY_AUTHENTICATION"],
    [{ reply: 2 }, "ERR_PROXY_REFUSED"],
    [{ reply: 5 }, "ECONNREFUSED"],
    [{ reply: 1 }, "ERR_PROXY_UNAVAILABLE"],
    [{ closes: true }, "ECONNRESET"],
    [{ version: 4 }, "ERR_PROXY_PROTOCOL"],
  ];
  for (const [options, code] of cases) {
    const { port } = await socksProxy(options);
    const proxy = `socks5://me:p@127.0.0.1:${port}`;
    const asked = nodeFetch()("http://hub.test:1/", { ...GET, proxy });
    await assert.rejects(asked, (error: Error) => {
      assert.equal(codeOf(error), code, JSON.stringify(options));
      return true;
    });
  }
});

test("fetch() asks a SOCKS proxy that is silent no longer than connecting may take", async () => {
  const { port } = await socksProxy({ silent: true });
  const fetch = nodeFetch({ connectTimeoutMs: 50 });
  const asked = fetch("http://hub.test:1/", { ...GET, proxy: `socks5://127.0.0.1:${port}` });
  await assert.rejects(asked, (error: Error) => codeOf(error) === "ETIMEDOUT");
});

test("fetch() rejects an answer whose headers are too long by a code of its own", async () => {
  const url = await listen((_, outgoing) => {
    outgoing.writeHead(200, { "X-Long": "x".repeat(100_000) }).end();
  });
  const asked = nodeFetch()(url, GET);
  await assert.rejects(asked, (error: Error) => codeOf(error) === "UND_ERR_HEADERS_OVERFLOW");
});

// Helpers

function codeOf(error: Error): unknown {
  return "code" in error ? error.code : undefined;
}

async function textOf(url: string, request: HttpRequest): Promise<string> {
  const { body } = await nodeFetch()(url, request);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function listen(listener: RequestListener): Promise<string> {
  const server: Server = createHttpServer(listener);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

async function portOf(server: Server | ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // `address()` is a string for pipes alone.
  return (server.address() as AddressInfo).port;
}

async function tunnelProxy(answer: string): Promise<string> {
  const server = createHttpServer();
  server.on("connect", (_, socket) => socket.end(answer));
  closing.push(() => server.close());
  return `http://me:password@127.0.0.1:${await portOf(server)}`;
}

interface SocksOptions {
  readonly password?: string;
  readonly reply?: number;
  readonly closes?: boolean;
  readonly silent?: boolean;
  readonly version?: number;
}

/** A SOCKS proxy as small as it can be; every name is this machine. */
async function socksProxy(
  options: SocksOptions,
): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    closing.push(() => socket.destroy());
    void speakSocks(socket, { ...options, asked }).catch(() => socket.destroy());
  });
  closing.push(() => server.close());
  return { port: await portOf(server), asked };
}

async function speakSocks(
  socket: Socket,
  options: SocksOptions & { readonly asked: string[] },
): Promise<void> {
  const { password, reply = 0, closes, silent, version = 5, asked } = options;
  await nextPiece(socket);
  if (silent) return;
  if (closes) {
    socket.end();
    return;
  }
  socket.write(Uint8Array.of(version, password === undefined ? 0 : 2));
  if (password !== undefined) {
    const piece = await nextPiece(socket);
    const isRight = piece.includes(Buffer.from(password));
    socket.write(Uint8Array.of(1, isRight ? 0 : 1));
  }
  const piece = await nextPiece(socket);
  const name = piece.subarray(5, piece.length - 2).toString();
  const port = piece.readUInt16BE(piece.length - 2);
  asked.push(`${name}:${port}`);
  const answer = Uint8Array.of(5, reply, 0, 1, 0, 0, 0, 0, 0, 0);
  if (reply !== 0) {
    socket.write(answer);
    return;
  }
  const target = connect(port, "127.0.0.1");
  target.on("error", () => socket.destroy());
  await once(target, "connect");
  socket.write(answer);
  socket.pipe(target).pipe(socket);
}

async function nextPiece(socket: Socket): Promise<Buffer> {
  const [piece]: unknown[] = await once(socket, "data");
  assert.ok(Buffer.isBuffer(piece));
  return piece;
}
