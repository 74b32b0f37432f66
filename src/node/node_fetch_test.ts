import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeCertificate } from "../../harness/internal.ts";
import type { HttpResponse } from "../../spec/mod.ts";
import { nodeFetch } from "./node_fetch.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // `address()` is a string for pipes alone.
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}

async function bytesOf(response: HttpResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) {
    assert.ok(chunk instanceof Uint8Array);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const GET = { method: "GET", headers: {} } as const;

test("fetch() sends method and headers and answers status, headers and body", async () => {
  const { url } = await listen((incoming, outgoing) => {
    outgoing.writeHead(206, { "Content-Range": "bytes 2-4/5", Link: ["<a>", "<b>"] });
    outgoing.end(`${incoming.method} ${incoming.url} ${incoming.headers.range}`);
  });
  const response = await nodeFetch()(`${url}/a%20b?c=d`, {
    method: "GET",
    headers: { Range: "bytes=2-" },
  });
  assert.equal(response.status, 206);
  assert.equal(response.headers.get("content-range"), "bytes 2-4/5");
  assert.equal(response.headers.get("LINK"), "<a>, <b>");
  assert.equal(response.headers.get("etag"), null);
  assert.equal(String(await bytesOf(response)), "GET /a%20b?c=d bytes=2-");
});

test("fetch() follows no redirect", async () => {
  const { url } = await listen((_, outgoing) => {
    outgoing.writeHead(302, { Location: "/elsewhere" }).end("moved");
  });
  const response = await nodeFetch()(url, GET);
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "/elsewhere");
  assert.equal(String(await bytesOf(response)), "moved");
});

test("fetch() of HEAD has headers and no body, and leaves the connection usable", async () => {
  const ports = new Set<number | undefined>();
  const { url } = await listen((incoming, outgoing) => {
    ports.add(incoming.socket.remotePort);
    outgoing.writeHead(200, { "Content-Length": "1000", "Content-Encoding": "gzip" }).end();
  });
  const fetch = nodeFetch();
  for (let count = 0; count < 5; count++) {
    const response = await fetch(url, { method: "HEAD", headers: {} });
    assert.equal(response.body, null);
    assert.equal(response.headers.get("content-length"), "1000");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(ports.size, 1);
});

test("fetch() rejects with the system's code and cause when nothing listens", async () => {
  const { server, url } = await listen(() => undefined);
  server.close();
  await once(server, "close");
  await assert.rejects(nodeFetch()(`${url}/secret?signature=abc`, GET), (error: Error) => {
    assert.ok("code" in error);
    assert.equal(error.code, "ECONNREFUSED");
    assert.ok(error.cause instanceof Error);
    assert.match(error.message, new RegExp(`^Cannot reach ${url}: `));
    assert.doesNotMatch(error.message, /signature/);
    return true;
  });
});

test("fetch() rejects when the connection is closed before an answer", async () => {
  const { url } = await listen((incoming) => incoming.socket.destroy());
  await assert.rejects(nodeFetch()(url, GET), { name: "ConnectionError" });
});

test("an abort ends the wait for an answer with the signal's reason", async () => {
  const controller = new AbortController();
  const { url } = await listen(() => controller.abort(new Error("enough")));
  await assert.rejects(nodeFetch()(url, { ...GET, signal: controller.signal }), {
    message: "enough",
  });
  await assert.rejects(nodeFetch()(url, { ...GET, signal: controller.signal }), {
    message: "enough",
  });
});

test("fetch() opens no more connections than the limit", async () => {
  let open = 0;
  let most = 0;
  const { url } = await listen((_, outgoing) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      outgoing.end("done");
    }, 5);
  });
  const fetch = nodeFetch({ connectionsPerOrigin: 3 });
  await Promise.all(Array.from({ length: 12 }, async () => bytesOf(await fetch(url, GET))));
  assert.equal(most, 3);
});

/** A proxy as small as it can be: it forwards `http:` and notes what it was asked for. */
async function listenAsProxy(): Promise<{ url: string; asked: string[]; sockets: Set<Socket> }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const { server, url } = await listen((incoming, outgoing) => {
    sockets.add(incoming.socket);
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers["proxy-authorization"]}`);
    const { "proxy-authorization": _, ...headers } = incoming.headers;
    const forwarded = request(incoming.url ?? "", { headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.end();
  });
  server.on("connect", (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  return { url, asked, sockets };
}

test("fetch() has an http address forwarded by the proxy, with the proxy's password and the caller's headers", async () => {
  const seen: (string | undefined)[] = [];
  const { url } = await listen((incoming, outgoing) => {
    seen.push(incoming.headers.authorization, incoming.headers.host);
    outgoing.end("through");
  });
  const proxy = await listenAsProxy();
  const response = await nodeFetch()(`${url}/file`, {
    method: "GET",
    headers: { Authorization: "Bearer t" },
    proxy: proxy.url.replace("http://", "http://user:pass@"),
  });
  assert.equal(String(await bytesOf(response)), "through");
  assert.deepEqual(proxy.asked, [
    `GET ${url}/file Basic ${Buffer.from("user:pass").toString("base64")}`,
  ]);
  assert.deepEqual(seen, ["Bearer t", url.slice("http://".length)]);
});

test("fetch() keeps the connection to a proxy, takes its address without a scheme, and goes directly without one", async () => {
  const { url } = await listen((_, outgoing) => outgoing.end("answer"));
  const proxy = await listenAsProxy();
  const fetch = nodeFetch();
  const address = proxy.url.slice("http://".length);
  for (let count = 0; count < 3; count++) {
    assert.equal(String(await bytesOf(await fetch(url, { ...GET, proxy: address }))), "answer");
    // The connection is free a moment after the body has ended.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await bytesOf(await fetch(url, GET));
  assert.equal(proxy.asked.length, 3);
  assert.equal(proxy.sockets.size, 1);
});

test("fetch() opens no more connections to a proxy than the limit", async () => {
  const { url } = await listen((_, outgoing) => {
    setTimeout(() => outgoing.end("done"), 5);
  });
  const proxy = await listenAsProxy();
  const fetch = nodeFetch({ connectionsPerOrigin: 3 });
  const request = { ...GET, proxy: proxy.url };
  await Promise.all(Array.from({ length: 12 }, async () => bytesOf(await fetch(url, request))));
  assert.equal(proxy.asked.length, 12);
  assert.equal(proxy.sockets.size, 3);
});

test("fetch() asks the proxy for a tunnel to an https address, and says that it was refused", async () => {
  const proxy = await listenAsProxy();
  const asking = nodeFetch()("https://hub.invalid/file", {
    ...GET,
    proxy: proxy.url.replace("http://", "http://user:pass@"),
  });
  await assert.rejects(asking, (error: Error) => {
    assert.match(error.message, /https:\/\/hub\.invalid through the proxy 127\.0\.0\.1:\d+.*403/);
    assert.doesNotMatch(error.message, /pass/);
    return true;
  });
  assert.deepEqual(proxy.asked, ["CONNECT hub.invalid:443"]);
});

test("fetch() trusts a file of certificates in the requests that name it, whatever was asked before them", async (context) => {
  const directory = await mkdtemp(join(tmpdir(), "certificates-"));
  context.after(() => rm(directory, { recursive: true }));
  const certificate = await makeCertificate(directory, "sound");
  if (certificate === undefined) return context.skip("there is no openssl");
  const { key, cert, authorityFile: certificates } = certificate;
  const server = createTlsServer({ key, cert }, (_, outgoing) => outgoing.end("trusted"));
  context.after(() => server.close().closeAllConnections());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}/`;
  for (const isTrustedFirst of [false, true]) {
    const fetch = nodeFetch();
    for (const isTrusted of [isTrustedFirst, !isTrustedFirst, isTrustedFirst]) {
      const asked = fetch(url, isTrusted ? { ...GET, certificates } : GET);
      if (isTrusted) assert.equal(String(await bytesOf(await asked)), "trusted");
      else await assert.rejects(asked, /Cannot reach/);
    }
  }
});
