import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { askHub, type HubQuestion } from "../fronts/ask_hub.ts";
import { wireChunks } from "../answers/body_chunks.ts";
import type { FaultAction, FaultMatch, FaultRule } from "./fault_rule.ts";
import { lfsPointer, sha256Hex } from "../hub_file.ts";
import { SimulatedHub } from "../simulated_hub.ts";

const bytes = Uint8Array.from({ length: 100 }, (_, index) => index);
const FILE = "/org/name/resolve/main/a.bin";
const TREE = "/api/models/org/name/tree/main?recursive=true";

function hubWith(action: FaultAction, match: FaultMatch = {}, lfs = false): SimulatedHub {
  // Through JSON, because a replay file holds the rules.
  const rules: readonly FaultRule[] = JSON.parse(JSON.stringify([{ match, do: action }]));
  const hub = new SimulatedHub({ now: () => 0, faults: rules });
  hub.publish("org/name", [{ path: "a.bin", bytes, lfs }]);
  return hub;
}

function answerOf(hub: SimulatedHub, question: HubQuestion) {
  const { url, method = "GET", headers = {} } = question;
  return hub.respond({ method, headers, url: hub.endpoint + url });
}

test("cut ends the body early, and leaves the headers", () => {
  const hub = hubWith({ type: "cut", atByte: 7, how: "rst" });
  const reply = askHub(hub, { url: FILE });
  assert.equal(reply.headers.get("content-length"), "100");
  assert.deepEqual(new Uint8Array(reply.bytes), bytes.subarray(0, 7));
  assert.equal(hub.log[0]?.bytesPlanned, 7);
  assert.deepEqual(hub.firedCounts(), [1]);
  assert.equal(askHub(hub, { url: FILE }).bytes.length, 100);
});

test("cut does not fire on a HEAD, a redirect, or a shorter body", () => {
  const hub = hubWith({ type: "cut", atByte: 100, how: "fin" });
  askHub(hub, { url: FILE });
  assert.deepEqual(hub.firedCounts(), [0]);
  const early = hubWith({ type: "cut", atByte: 1, how: "fin" }, { path: "*a.bin" }, true);
  askHub(early, { method: "HEAD", url: FILE });
  const location = askHub(early, { url: FILE }).headers.get("location") ?? "";
  assert.deepEqual(early.firedCounts(), [0]);
  assert.equal(askHub(early, { url: location }).bytes.length, 1);
  assert.deepEqual(early.firedCounts(), [1]);
});

test("flip turns over one bit of the file, wherever the range starts", () => {
  const hub = hubWith({ type: "flip", atByte: 50, bit: 7 }, { nth: "all" });
  const whole = askHub(hub, { url: FILE }).bytes;
  assert.deepEqual(
    [...whole].flatMap((byte, index) => (byte === bytes[index] ? [] : [index])),
    [50],
  );
  assert.equal(whole[50], 50 ^ 0x80);
  assert.equal(askHub(hub, { url: FILE, headers: { range: "bytes=40-" } }).bytes[10], 50 ^ 0x80);
  askHub(hub, { url: FILE, headers: { range: "bytes=51-" } });
  assert.deepEqual(hub.firedCounts(), [2]);
  assert.equal(bytes[50], 50);
});

test("zero-tail keeps the length, and does not fire where nothing but zeros is lost", () => {
  const hub = hubWith({ type: "zero-tail", bytes: 4 }, { nth: "all" });
  const reply = askHub(hub, { url: FILE });
  assert.equal(reply.headers.get("content-length"), "100");
  assert.deepEqual(new Uint8Array(reply.bytes.subarray(0, 96)), bytes.subarray(0, 96));
  assert.deepEqual([...reply.bytes.subarray(96)], [0, 0, 0, 0]);
  askHub(hub, { url: FILE, headers: { range: "bytes=0-0" } });
  assert.deepEqual(hub.firedCounts(), [1]);
  assert.equal(bytes[99], 99);
});

test("status can have headers that look like facts about a file", () => {
  const headers = { ETag: '"other"', "X-Linked-Size": "7" };
  const hub = hubWith({ type: "status", status: 503, headers });
  const reply = askHub(hub, { url: FILE });
  assert.equal(reply.status, 503);
  assert.equal(reply.headers.get("etag"), '"other"');
  assert.equal(reply.headers.get("x-linked-size"), "7");
});

test("short and extra change the body and say so", () => {
  const short = askHub(hubWith({ type: "short", byBytes: 3 }), { url: FILE });
  assert.equal(short.headers.get("content-length"), "97");
  assert.deepEqual(new Uint8Array(short.bytes), bytes.subarray(0, 97));
  const extra = askHub(hubWith({ type: "extra", bytes: 3 }), { url: FILE });
  assert.equal(extra.headers.get("content-length"), "103");
  assert.equal(extra.bytes.length, 103);
});

test("status answers with its headers, as JSON or as a page", () => {
  const hub = hubWith({
    type: "status",
    status: 429,
    retryAfter: "3",
    rateLimit: '"api";r=0;t=55',
    errorCode: "Slow",
    errorMessage: "slow down",
  });
  const reply = askHub(hub, { url: TREE });
  assert.equal(reply.status, 429);
  assert.equal(reply.headers.get("retry-after"), "3");
  assert.equal(reply.headers.get("ratelimit"), '"api";r=0;t=55');
  assert.equal(reply.headers.get("x-error-code"), "Slow");
  assert.deepEqual(reply.json(), { error: "slow down" });
  const page = askHub(hubWith({ type: "status", status: 503, html: true }), { url: TREE });
  assert.match(page.text, /^<!DOCTYPE html>/);
});

test("ignore-range answers 200 with everything", () => {
  const hub = hubWith({ type: "ignore-range" });
  askHub(hub, { url: FILE });
  assert.deepEqual(hub.firedCounts(), [0]);
  const reply = askHub(hub, { url: FILE, headers: { range: "bytes=9-" } });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get("content-range"), null);
  assert.equal(reply.headers.get("content-length"), "100");
  assert.deepEqual(new Uint8Array(reply.bytes), bytes);
});

test("slice-as-whole answers a range request with 200, and with the part alone", () => {
  const hub = hubWith({ type: "slice-as-whole" });
  askHub(hub, { url: FILE });
  assert.deepEqual(hub.firedCounts(), [0]);
  const reply = askHub(hub, { url: FILE, headers: { range: "bytes=40-" } });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get("content-range"), "bytes 40-99/100");
  assert.equal(reply.headers.get("content-length"), "60");
  assert.deepEqual(new Uint8Array(reply.bytes), bytes.subarray(40));
});

test("wrong-content-range answers 206 from another start, of the length that was asked for", () => {
  const reply = askHub(hubWith({ type: "wrong-content-range" }), {
    url: FILE,
    headers: { range: "bytes=40-" },
  });
  assert.equal(reply.status, 206);
  assert.equal(reply.headers.get("content-range"), "bytes 39-98/100");
  assert.deepEqual(new Uint8Array(reply.bytes), bytes.subarray(39, 99));
  const hub = hubWith({ type: "wrong-content-range" });
  askHub(hub, { url: FILE, headers: { range: "bytes=0-9" } });
  assert.deepEqual(hub.firedCounts(), [0]);
});

test("content-length is left out or misstated, also for HEAD", () => {
  const absent = askHub(hubWith({ type: "content-length" }), { url: FILE });
  assert.equal(absent.headers.get("content-length"), null);
  assert.equal(absent.bytes.length, 100);
  const hub = hubWith({ type: "content-length", byBytes: -1 });
  const head = askHub(hub, { method: "HEAD", url: FILE });
  assert.equal(head.headers.get("content-length"), "99");
});

test("rotate-etag shows another name of the same form", () => {
  const hub = hubWith({ type: "rotate-etag" }, {}, true);
  const lying = askHub(hub, { method: "HEAD", url: FILE }).headers.get("x-linked-etag") ?? "";
  assert.match(lying, /^"[0-9a-f]{64}"$/);
  assert.notEqual(lying, `"${sha256Hex(bytes)}"`);
  const honest = askHub(hub, { method: "HEAD", url: FILE }).headers.get("x-linked-etag");
  assert.equal(honest, `"${sha256Hex(bytes)}"`);
});

test("move-branch publishes the prepared commits one by one, before the answer", () => {
  const hub = hubWith({ type: "move-branch" }, { kind: "tree", nth: "all" });
  const before = hub.publish("org/name", [{ path: "a.bin", bytes, lfs: false }]);
  const next = hub.prepare("org/name", [{ path: "b.bin", bytes, lfs: false }]);
  const commit = () => askHub(hub, { url: FILE }).headers.get("x-repo-commit");
  assert.equal(commit(), before);
  assert.match(askHub(hub, { url: TREE }).text, /b\.bin/);
  assert.equal(commit(), next);
  askHub(hub, { url: TREE });
  assert.deepEqual(hub.firedCounts(), [1]);
});

test("html and lfs-pointer replace the file with status 200", () => {
  const page = askHub(hubWith({ type: "html" }), { url: FILE });
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("etag"), null);
  assert.match(page.text, /^<!DOCTYPE html>/);
  const hub = hubWith({ type: "lfs-pointer" }, { method: "GET" }, true);
  const pointer = askHub(hub, { url: FILE });
  assert.equal(pointer.status, 200);
  assert.equal(pointer.headers.get("location"), null);
  assert.deepEqual(new Uint8Array(pointer.bytes), lfsPointer(bytes));
});

test("redirect sends elsewhere, and knows the hub's own hosts", () => {
  const hub = hubWith({ type: "redirect", to: "{cdn}/x?y=1", status: 301 });
  const reply = askHub(hub, { url: FILE });
  assert.equal(reply.status, 301);
  assert.equal(reply.headers.get("location"), `${hub.cdnOrigin}/x?y=1`);
});

test("redirect-loop does not end", () => {
  const hub = hubWith({ type: "redirect-loop" });
  let url = FILE;
  const seen = new Set<string>();
  for (let hop = 0; hop < 30; hop++) {
    const reply = askHub(hub, { url });
    assert.equal(reply.status, 302);
    url = reply.headers.get("location") ?? "";
    assert.ok(!seen.has(url));
    seen.add(url);
  }
});

test("expire-cdn is said by the content network alone", () => {
  const hub = hubWith({ type: "expire-cdn" }, {}, true);
  const url = askHub(hub, { url: FILE }).headers.get("location") ?? "";
  assert.equal(askHub(hub, { url }).status, 403);
  assert.equal(askHub(hub, { url }).status, 200);
});

test("no-answer, refuse and reset give no answer", () => {
  for (const [type, broken] of [
    ["no-answer", "stall"],
    ["refuse", "refused"],
    ["reset", "reset"],
  ] as const) {
    const hub = hubWith({ type });
    assert.equal(answerOf(hub, { url: FILE }).broken, broken);
    assert.equal(hub.log[0]?.status, 0);
    assert.equal(answerOf(hub, { url: FILE }).broken, undefined);
  }
});

test("gzip-bomb inflates to what it says", () => {
  const answer = answerOf(hubWith({ type: "gzip-bomb", inflatedBytes: 2_500_000 }), { url: FILE });
  assert.ok(answer.broken === undefined);
  const wire = Buffer.concat([...wireChunks(answer.body, 65_536)]);
  assert.ok(wire.length < 10_000);
  const inflated = gunzipSync(wire);
  assert.equal(inflated.length, 2_500_000);
  assert.ok(inflated.every((byte) => byte === 0));
});

test("endless-body starts honestly and does not end", () => {
  const hub = hubWith({ type: "endless-body" });
  const answer = answerOf(hub, { url: FILE });
  assert.ok(answer.broken === undefined);
  assert.ok(!answer.headers.some(([name]) => name === "Content-Length"));
  let total = 0;
  for (const chunk of wireChunks(answer.body, 1000)) {
    if (total === 0) assert.deepEqual(chunk, bytes);
    total += chunk.length;
    if (total > 1_000_000) break;
  }
  assert.ok(total > 1_000_000);
  assert.equal(hub.log[0]?.bytesPlanned, Number.POSITIVE_INFINITY);
});

test("endless-pages names another page with other entries each time", () => {
  const hub = hubWith({ type: "endless-pages" });
  const bodies = new Set<string>();
  let url = TREE;
  for (let page = 0; page < 20; page++) {
    const reply = askHub(hub, { url });
    bodies.add(reply.text);
    url = /<([^>]+)>/.exec(reply.headers.get("link") ?? "")?.[1] ?? "";
  }
  assert.equal(bodies.size, 20);
  assert.match([...bodies][0] ?? "", /a\.bin/);
});

test("rename-listing-path shows the name in every listing, and nowhere else", () => {
  const to = "../../escape.json";
  const hub = hubWith({ type: "rename-listing-path", from: "a.bin", to }, { nth: "all" });
  assert.partialDeepStrictEqual(askHub(hub, { url: TREE }).json(), [{ path: to, size: 100 }]);
  const info = askHub(hub, { url: "/api/models/org/name" }).json();
  assert.partialDeepStrictEqual(info, { siblings: [{ rfilename: to }] });
  assert.equal(askHub(hub, { url: FILE }).status, 200);
  assert.deepEqual(hub.firedCounts(), [2]);
});

test("oversize-listing adds its entries to the page", () => {
  const entries = askHub(hubWith({ type: "oversize-listing", entries: 5000 }), {
    url: TREE,
  }).json();
  assert.ok(Array.isArray(entries) && entries.length === 5001);
});

test("delay states how long to wait", () => {
  const answer = answerOf(hubWith({ type: "delay", delayMs: 70 }), { url: FILE });
  assert.ok(answer.broken === undefined && answer.delay === 70);
});

test("the first rule that matches wins, and nth counts what reaches a rule", () => {
  const hub = hubWith({ type: "status", status: 500 });
  hub.faults = [
    { match: { path: "*.bin", nth: 2 }, do: { type: "status", status: 500 } },
    { match: { path: "*.bin" }, do: { type: "status", status: 502 } },
    { match: { method: "HEAD", nth: "all" }, do: { type: "status", status: 504 } },
  ];
  const statuses = ["GET", "GET", "GET", "HEAD", "HEAD"].map(
    (method) => askHub(hub, { method, url: FILE }).status,
  );
  assert.deepEqual(statuses, [502, 500, 200, 504, 504]);
  assert.deepEqual(hub.firedCounts(), [1, 1, 2]);
  hub.faults = [];
  assert.deepEqual(hub.firedCounts(), []);
});

test("a rule matches by method, kind, range and by the path or the file", () => {
  const status: FaultAction = { type: "status", status: 500 };
  const cases: readonly (readonly [FaultMatch, boolean])[] = [
    [{ kind: "resolve" }, true],
    [{ kind: "cdn" }, false],
    [{ method: "HEAD" }, false],
    [{ range: true }, true],
    [{ range: false }, false],
    [{ path: "a.bin" }, true],
    [{ path: "/org/*/a.bin" }, true],
    [{ path: "bin" }, false],
  ];
  for (const [match, fires] of cases) {
    const hub = hubWith(status, match);
    askHub(hub, { url: FILE, headers: { range: "bytes=0-1" } });
    assert.deepEqual(hub.firedCounts(), [fires ? 1 : 0], JSON.stringify(match));
  }
});
