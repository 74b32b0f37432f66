import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { FaultAction } from "../faults/fault_rule.ts";
import { mswFetch, mswFront } from "./msw_front.ts";
import { SimulatedHub } from "../simulated_hub.ts";

const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 256);
const GET = { method: "GET", headers: {} } as const;

function hubWith(...actions: FaultAction[]): { hub: SimulatedHub; url: string } {
  const faults = actions.map((action) => ({ match: {}, do: action }));
  const hub = new SimulatedHub({
    now: () => 0,
    faults,
    style: { lfsFiles: "direct", chunkBytes: 1000 },
  });
  hub.publish("org/name", [{ path: "a.bin", bytes, lfs: true }]);
  return { hub, url: `${hub.endpoint}/org/name/resolve/main/a.bin` };
}

async function readAll(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function causeCode(error: unknown): unknown {
  assert.ok(error instanceof TypeError && error.cause instanceof Error);
  return Reflect.get(error.cause, "code");
}

test("mswFetch() brings a file with its headers, and counts what was read", async () => {
  const { hub, url } = hubWith();
  const response = await mswFetch(hub)(url, { ...GET, headers: { Range: "bytes=4000-" } });
  assert.equal(response.status, 206);
  assert.equal(response.headers.get("content-range"), "bytes 4000-4999/5000");
  assert.equal(hub.log[0]?.bytesSent, 0);
  assert.deepEqual(new Uint8Array(await readAll(response.body)), bytes.subarray(4000));
  assert.equal(hub.log[0]?.bytesSent, 1000);
  assert.equal(hub.log[0]?.acceptEncoding, "identity");
});

test("mswFetch() gives the reader bytes of its own", async () => {
  const { hub, url } = hubWith();
  const response = await mswFetch(hub)(url, GET);
  for await (const chunk of response.body ?? []) chunk.fill(0);
  assert.deepEqual(new Uint8Array(await readAll((await mswFetch(hub)(url, GET)).body)), bytes);
});

test("mswFetch() shows a redirect as it is", async () => {
  const { hub, url } = hubWith({ type: "redirect", to: "/elsewhere", status: 307 });
  const response = await mswFetch(hub)(url, GET);
  assert.equal(response.status, 307);
  assert.equal(response.headers.get("location"), "/elsewhere");
});

test("mswFetch() shows a HEAD's length, true or not, and no body", async () => {
  const { hub, url } = hubWith({ type: "content-length", byBytes: 7 });
  for (const length of ["5007", "5000"]) {
    const response = await mswFetch(hub)(url, { method: "HEAD", headers: {} });
    assert.equal(response.headers.get("content-length"), length);
    assert.equal((await readAll(response.body)).length, 0);
  }
});

test("mswFetch() rejects a body that breaks off, with what came before it", async () => {
  for (const how of ["fin", "rst"] as const) {
    const { hub, url } = hubWith({ type: "cut", atByte: 1500, how });
    const response = await mswFetch(hub)(url, GET);
    let read = 0;
    const error = await (async () => {
      for await (const chunk of response.body ?? []) read += chunk.length;
      return undefined;
    })().catch((reason: unknown) => reason);
    assert.equal(causeCode(error), "ECONNRESET");
    assert.equal(read, 1500);
  }
});

test("mswFetch() drops what is beyond Content-Length, and misses what it promises", async () => {
  const less = hubWith({ type: "content-length", byBytes: -10 });
  const response = await mswFetch(less.hub)(less.url, GET);
  assert.equal((await readAll(response.body)).length, 4990);
  const more = hubWith({ type: "content-length", byBytes: 10 });
  await assert.rejects(readAll((await mswFetch(more.hub)(more.url, GET)).body), /terminated/);
});

test("mswFetch() undoes gzip, and rejects what cannot be undone", async () => {
  const hub = new SimulatedHub({ now: () => 0, style: { gzipSmallFiles: true } });
  hub.publish("org/name", [{ path: "a.json", bytes, lfs: false }]);
  const url = `${hub.endpoint}/org/name/resolve/main/a.json`;
  const response = await mswFetch(hub)(url, GET);
  assert.equal(response.headers.get("content-encoding"), "gzip");
  assert.deepEqual(new Uint8Array(await readAll(response.body)), bytes);
  // A compressed body is not a part of the file: the flip counts from its own start.
  hub.faults = [{ match: {}, do: { type: "flip", atByte: 0 } }];
  await assert.rejects(readAll((await mswFetch(hub)(url, GET)).body), /terminated/);
  hub.faults = [{ match: {}, do: { type: "cut", atByte: 40, how: "fin" } }];
  await assert.rejects(readAll((await mswFetch(hub)(url, GET)).body), /terminated/);
  hub.faults = [{ match: {}, do: { type: "gzip-bomb", inflatedBytes: 3_000_000 } }];
  assert.equal((await readAll((await mswFetch(hub)(url, GET)).body)).length, 3_000_000);
});

test("mswFetch() rejects when the connection is refused, reset or the hub is offline", async () => {
  const refused = hubWith({ type: "refuse" }, { type: "reset" });
  const fetch = mswFetch(refused.hub);
  const codes = [];
  for (let index = 0; index < 2; index++) {
    codes.push(causeCode(await fetch(refused.url, GET).catch((error: unknown) => error)));
  }
  refused.hub.goOffline();
  codes.push(causeCode(await fetch(refused.url, GET).catch((error: unknown) => error)));
  assert.deepEqual(codes, ["ECONNREFUSED", "ECONNRESET", "ECONNREFUSED"]);
});

test("mswFetch() waits for a stalled answer until it is aborted", async () => {
  const { hub, url } = hubWith({ type: "no-answer" });
  const controller = new AbortController();
  const before = mswFront().stalledCount();
  const answer = mswFetch(hub)(url, { ...GET, signal: controller.signal });
  answer.catch(() => {});
  await turn();
  assert.equal(mswFront().stalledCount(), before + 1);
  controller.abort(new Error("enough"));
  await assert.rejects(answer, /enough/);
  assert.equal(mswFront().stalledCount(), before);
});

test("mswFetch() waits for a stalled body until it is aborted or left", async () => {
  const stall = { type: "cut", atByte: 1500, how: "stall" } as const;
  const { hub, url } = hubWith(stall);
  hub.faults = [{ match: { nth: "all" }, do: stall }];
  const before = mswFront().stalledCount();
  const controller = new AbortController();
  const response = await mswFetch(hub)(url, { ...GET, signal: controller.signal });
  assert.equal(mswFront().stalledCount(), before);
  const reading = readAll(response.body);
  reading.catch(() => {});
  await turn();
  assert.equal(mswFront().stalledCount(), before + 1);
  controller.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
  assert.equal(mswFront().stalledCount(), before);
  const left = await mswFetch(hub)(url, GET);
  for await (const chunk of left.body ?? []) {
    assert.equal(chunk.length, 1000);
    break;
  }
  assert.equal(mswFront().stalledCount(), before);
});

test("mswFetch() does not send what was aborted before", async () => {
  const { hub, url } = hubWith();
  const signal = AbortSignal.abort(new Error("too late"));
  await assert.rejects(mswFetch(hub)(url, { ...GET, signal }), /too late/);
  assert.equal(hub.log.length, 0);
});

test("mswFetch() waits for a delayed answer, or until it is aborted", async () => {
  const { hub, url } = hubWith({ type: "delay", delayMs: 5 }, { type: "delay", delayMs: 60_000 });
  assert.equal((await mswFetch(hub)(url, GET)).status, 200);
  const controller = new AbortController();
  const answer = mswFetch(hub)(url, { ...GET, signal: controller.signal });
  await turn();
  controller.abort(new Error("enough"));
  await assert.rejects(answer, /enough/);
});

test("mswFetch() tells the hub which proxy the request went through", async () => {
  const { hub, url } = hubWith();
  await mswFetch(hub)(url, { ...GET, proxy: "http://proxy.test:3128" });
  assert.equal(hub.log[0]?.proxy, "http://proxy.test:3128");
});

test("mswFetch() of one hub reaches no other, and without a hub every attached one", async () => {
  const one = hubWith();
  const other = hubWith();
  const detach = mswFront().attach(other.hub);
  await assert.rejects(mswFetch(one.hub)(other.url, GET), /fetch failed/);
  assert.equal((await mswFetch()(other.url, GET)).status, 200);
  await assert.rejects(mswFetch()(one.url, GET), /fetch failed/);
  detach();
  await assert.rejects(mswFetch()(other.url, GET), /fetch failed/);
  assert.equal(mswFront().strays.length, 3);
});

test("the global fetch and node:http meet attached hubs, faults included", async () => {
  const { hub, url } = hubWith();
  const detach = mswFront().attach(hub);
  try {
    const response = await fetch(url);
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
    hub.faults = [{ match: {}, do: { type: "cut", atByte: 1500, how: "rst" } }];
    await assert.rejects((await fetch(url)).arrayBuffer(), /terminated/);
    hub.faults = [{ match: {}, do: { type: "refuse" } }];
    const error: unknown = await fetch(url).catch((reason: unknown) => reason);
    assert.equal(causeCode(error), "ECONNREFUSED");
    const head = await fetch(url, { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), "5000");
    const posted = await fetch(`${hub.endpoint}/api/models/org/name/paths-info/main`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ paths: ["a.bin"] }),
    });
    assert.partialDeepStrictEqual(await posted.json(), [{ path: "a.bin" }]);
  } finally {
    detach();
  }
});

test("a request to a host that no hub answers for fails and never reaches a network", async () => {
  mswFront();
  // A real host: if anything were let through, this would succeed or fail by name.
  const before = mswFront().strays.length;
  for (const url of ["https://example.com/", "http://192.0.2.1/a.png"]) {
    const error: unknown = await fetch(url).catch((reason: unknown) => reason);
    assert.equal(causeCode(error), "ECONNREFUSED");
    assert.ok(error instanceof Error && error.cause instanceof Error);
    assert.match(error.cause.message, /no simulated hub answers for/);
  }
  await assert.rejects(
    new Promise((resolve, reject) => {
      http.get("http://example.com/", resolve).on("error", reject);
    }),
    /no simulated hub answers for/,
  );
  assert.equal(mswFront().strays.length, before + 3);
});

test("a request to a loopback port passes through", async () => {
  mswFront();
  const server = http.createServer((_, response) => response.end("real")).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const url = `http://127.0.0.1:${address.port}/`;
    assert.equal(await (await fetch(url)).text(), "real");
    assert.equal((await readAll((await mswFetch()(url, GET)).body)).toString(), "real");
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("mswFetch() drips by the hub's own clock, standing still in between", async () => {
  const naps: number[] = [];
  let stalled = 0;
  const hub = new SimulatedHub({
    now: () => 0,
    sleep: async (durationMs) => {
      naps.push(durationMs);
      stalled = mswFront().stalledCount();
    },
    faults: [{ match: {}, do: { type: "drip", bytesPerSecond: 0.5 } }],
    style: { lfsFiles: "direct" },
  });
  hub.publish("org/name", [{ path: "a.bin", bytes: bytes.subarray(0, 3), lfs: true }]);
  const before = mswFront().stalledCount();
  const url = `${hub.endpoint}/org/name/resolve/main/a.bin`;
  const body = await readAll((await mswFetch(hub)(url, GET)).body);
  assert.deepEqual([...body], [0, 1, 2]);
  assert.deepEqual(naps, [2000, 2000, 2000]);
  assert.deepEqual([stalled, mswFront().stalledCount()], [before + 1, before]);
});

test("mswFetch() leaves a dripping body when it is aborted", async () => {
  const { hub, url } = hubWith({ type: "drip", bytesPerSecond: 0.001 });
  const controller = new AbortController();
  const before = mswFront().stalledCount();
  const { body } = await mswFetch(hub)(url, { ...GET, signal: controller.signal });
  const reading = readAll(body);
  reading.catch(() => {});
  while (mswFront().stalledCount() === before) await turn();
  controller.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
  assert.equal(mswFront().stalledCount(), before);
});

test("mswFetch() rejects when the connection is closed before an answer", async () => {
  const { hub, url } = hubWith({ type: "close" });
  const error: unknown = await mswFetch(hub)(url, GET).catch((reason: unknown) => reason);
  assert.equal(causeCode(error), "UND_ERR_SOCKET");
});

test("mswFetch() and its hub may say a field several times", async () => {
  const hub = new SimulatedHub({
    now: () => 0,
    style: { pageSize: 1, linkStyle: "several-fields" },
  });
  const files = ["a", "b"].map((path) => ({ path, bytes, lfs: false }));
  hub.publish("org/name", files);
  const url = `${hub.endpoint}/api/models/org/name/tree/main`;
  const { headers } = await mswFetch(hub)(url, GET);
  assert.match(headers.get("link") ?? "", /rel="help", <.*>; rel="next", <.*>; rel="up"/);
});
