import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
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

const TEXT = Buffer.from("weights, config and tokenizer ".repeat(10_000));
const ENCODED = {
  identity: TEXT,
  gzip: gzipSync(TEXT),
  "x-gzip": gzipSync(TEXT),
  br: brotliCompressSync(TEXT),
  deflate: deflateSync(TEXT),
  zstd: zstdCompressSync(TEXT),
  "deflate, gzip": gzipSync(deflateSync(TEXT)),
} as const;

for (const [encoding, body] of Object.entries(ENCODED)) {
  test(`responseBody() decodes "${encoding}"`, async () => {
    const { url } = await listen((_, outgoing) => {
      outgoing.writeHead(200, { "Content-Encoding": encoding, "Content-Length": body.length });
      outgoing.end(body);
    });
    assert.ok((await bytesOf(await nodeFetch()(url, GET))).equals(TEXT));
  });
}

test("responseBody() decodes deflate without a zlib header, and an empty body of any encoding", async () => {
  let body: Uint8Array = deflateRawSync(TEXT);
  let encoding = "deflate";
  const { url } = await listen((_, outgoing) => {
    outgoing.writeHead(200, { "Content-Encoding": encoding }).end(body);
  });
  const fetch = nodeFetch();
  assert.ok((await bytesOf(await fetch(url, GET))).equals(TEXT));
  body = new Uint8Array();
  for (encoding of ["deflate", "gzip", "br"]) {
    assert.equal((await bytesOf(await fetch(url, GET))).length, 0, encoding);
  }
});

test("reading a compressed body that was cut rejects", async () => {
  const { url } = await listen((_, outgoing) => {
    outgoing.writeHead(200, { "Content-Encoding": "gzip" }).end(ENCODED.gzip.subarray(0, -20));
  });
  const response = await nodeFetch()(url, GET);
  await assert.rejects(bytesOf(response), { name: "ConnectionError", code: "Z_BUF_ERROR" });
});

test("reading a body of an unknown encoding rejects and names it", async () => {
  const { url } = await listen((_, outgoing) => {
    outgoing.writeHead(200, { "Content-Encoding": "shorthand" }).end("x");
  });
  const response = await nodeFetch()(url, GET);
  await assert.rejects(bytesOf(response), { message: /"shorthand"/ });
});

test("reading rejects when the connection breaks in the body, after what came", async () => {
  const { url } = await listen((_, outgoing) => {
    outgoing.writeHead(200, { "Content-Length": "1000" });
    outgoing.write("x".repeat(400), () => outgoing.socket?.end());
  });
  const response = await nodeFetch()(url, GET);
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of response.body ?? []) bytes += chunk.length;
  })();
  await assert.rejects(reading, (error: Error) => {
    assert.equal(error.name, "ConnectionError");
    assert.ok(error.cause instanceof Error);
    return true;
  });
  assert.equal(bytes, 400);
});

for (const encoding of ["identity", "gzip"]) {
  test(`an abort ends the reading of a body (${encoding}) with the signal's reason`, async () => {
    const { url } = await listen((_, outgoing) => {
      outgoing.writeHead(200, { "Content-Encoding": encoding });
      outgoing.write(encoding === "gzip" ? ENCODED.gzip.subarray(0, 500) : "some");
    });
    const controller = new AbortController();
    const response = await nodeFetch()(url, { ...GET, signal: controller.signal });
    const reading = bytesOf(response);
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await assert.rejects(reading, { message: "enough" });
  });
}

const LONG = {
  "of known length": { "Content-Length": String(1024 * 1024) },
  "of unknown length": {},
  compressed: { "Content-Encoding": "gzip" },
};

for (const [kind, headers] of Object.entries(LONG)) {
  test(`leaving a long body (${kind}) breaks its connection`, async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await listen((incoming, outgoing) => {
      incoming.socket.on("close", () => closed.resolve());
      outgoing.writeHead(200, headers);
      outgoing.write(kind === "compressed" ? ENCODED.gzip : TEXT);
    });
    const response = await nodeFetch()(url, GET);
    for await (const chunk of response.body ?? []) {
      assert.ok(chunk.length > 0);
      break;
    }
    await closed.promise;
  });
}

test("leaving a long body that was never read breaks its connection", async () => {
  const closed = Promise.withResolvers<void>();
  const { url } = await listen((incoming, outgoing) => {
    incoming.socket.on("close", () => closed.resolve());
    outgoing.writeHead(200, LONG["of known length"]).write(TEXT);
  });
  const response = await nodeFetch()(url, GET);
  await response.body?.[Symbol.asyncIterator]().return?.();
  await closed.promise;
});

test("leaving a body that has stalled breaks its connection and ends the read that waits", async () => {
  const closed = Promise.withResolvers<void>();
  const { url } = await listen((incoming, outgoing) => {
    incoming.socket.on("close", () => closed.resolve());
    outgoing.writeHead(200, { "Content-Length": "4" }).write("ab");
  });
  const response = await nodeFetch()(url, GET);
  const iterator = response.body?.[Symbol.asyncIterator]();
  assert.equal((await iterator?.next())?.value.length, 2);
  const waiting = iterator?.next() ?? Promise.resolve();
  const startedMs = Date.now();
  await Promise.all([
    assert.rejects(waiting, { name: "ConnectionError" }),
    iterator?.return?.(),
    closed.promise,
  ]);
  // A rest that still moves is waited for, up to a second; this one is not.
  assert.ok(Date.now() - startedMs < 800);
});

for (const when of ["before it was read", "after its last byte was read"]) {
  test(`leaving a short body ${when} keeps its connection`, async () => {
    const ports = new Set<number | undefined>();
    const { url } = await listen((incoming, outgoing) => {
      ports.add(incoming.socket.remotePort);
      outgoing.writeHead(302, { "Content-Length": "5" }).end("moved");
    });
    const fetch = nodeFetch();
    for (let count = 0; count < 5; count++) {
      const body = (await fetch(url, GET)).body?.[Symbol.asyncIterator]();
      if (when !== "before it was read") assert.equal((await body?.next())?.value.length, 5);
      await body?.return?.();
      // The rest is read in the background.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(ports.size, 1);
  });
}

test("a body that nobody reads can break without ending the process", async () => {
  const { server, url } = await listen((_, outgoing) => {
    outgoing.writeHead(200, { "Content-Length": "1000" }).write("some");
  });
  const response = await nodeFetch()(url, GET);
  server.closeAllConnections();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await assert.rejects(bytesOf(response), { name: "ConnectionError" });
});
