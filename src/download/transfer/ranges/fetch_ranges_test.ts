import assert from "node:assert/strict";
import { test } from "node:test";
import { mswFetch } from "../../../../harness/internal.ts";
import { type FaultRule, SimulatedHub } from "../../../../harness/mod.ts";
import { HttpClient } from "../../../hub/http_client.ts";
import { FileSource } from "../file_source.ts";
import { fetchRanges, type RangeTarget } from "./fetch_ranges.ts";
import { type Interval, Intervals } from "./intervals.ts";
import { Semaphore } from "../semaphore.ts";
import { WriteBuffers } from "./write_buffers.ts";

const RANGE_BYTES = 1024 * 1024;
const SIZE_BYTES = 5 * RANGE_BYTES + 12_345;

test("fetchRanges() writes a file over several connections", async () => {
  const { hub, read } = largeFile();
  assert.deepEqual(await read(), content());
  const ranges = hub.log.filter(({ status }) => status === 206).map(({ range }) => range);
  assert.equal(new Set(ranges).size, 6, "each range once");
});

test("fetchRanges() asks only for what is not written", async () => {
  const { hub, read } = largeFile();
  const [one, two] = [RANGE_BYTES + 77, 3 * RANGE_BYTES];
  const kept = [
    { from: 0, to: one },
    { from: two, to: two + 5 },
  ];
  assert.deepEqual(await read(kept), content());
  const sent = hub.log.filter(({ status }) => status === 206);
  const sentBytes = sent.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  assert.equal(sentBytes, SIZE_BYTES - one - 5);
});

test("fetchRanges() goes on alone when the server ignores ranges", async () => {
  const { hub, read } = largeFile([
    { match: { range: true, nth: "all" }, do: { type: "ignore-range" } },
  ]);
  assert.deepEqual(await read(), content());
  assert.ok(hub.log.some(({ range, status }) => range === undefined && status === 200));
});

test("fetchRanges() goes on alone when the server ignores later ranges only", async () => {
  const { read } = largeFile([{ match: { range: true, nth: 3 }, do: { type: "ignore-range" } }]);
  assert.deepEqual(await read(), content());
});

for (const [what, action] of [
  ["sends other ranges", { type: "wrong-content-range", shiftBytes: -7 }],
  ["refuses ranges", { type: "status", status: 416 }],
] as const)
  test(`fetchRanges() goes on alone when the server ${what}`, async () => {
    const { hub, read } = largeFile([{ match: { range: true, nth: "all" }, do: action }]);
    assert.deepEqual(await read([{ from: 0, to: 77 }]), content());
    assert.ok(hub.log.some(({ range, status }) => range === undefined && status === 200));
  });

test("fetchRanges() resumes a lane that breaks at the byte where it broke", async () => {
  const { hub, read } = largeFile([
    { match: { range: true, nth: 2 }, do: { type: "cut", atByte: 1000, how: "rst" } },
  ]);
  assert.deepEqual(await read(), content());
  const starts = hub.log.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1]));
  assert.ok(
    starts.some((start) => start % RANGE_BYTES === 1000),
    String(starts),
  );
});

test("fetchRanges() gives back all slots when a write fails, and rejects with its error", async () => {
  const { source } = largeFile();
  const slots = new Semaphore(4);
  const target = targetOf([]);
  const failing = { ...target, write: () => Promise.reject(new RangeError("no room")) };
  await assert.rejects(fetchRanges(source, { ...optionsOf(failing), slots }), RangeError);
  for (let slot = 0; slot < 4; slot++) assert.ok(slots.tryAcquire(), `slot ${slot}`);
  assert.ok(!slots.tryAcquire());
});

test("fetchRanges() asks for each range how long it is to be", async () => {
  const { hub, source } = largeFile();
  const lengths = [1000, 2000];
  const target = targetOf([]);
  await fetchRanges(source, {
    ...optionsOf(target),
    rangeBytes: () => lengths.shift() ?? RANGE_BYTES,
  });
  assert.equal(Buffer.compare(target.bytes, content()), 0);
  const ranges = hub.log.filter(({ status }) => status === 206).map(({ range }) => range);
  const third = `bytes=3000-${3000 + RANGE_BYTES - 1}`;
  for (const range of ["bytes=0-999", "bytes=1000-2999", third])
    assert.ok(ranges.includes(range), `${range} of ${ranges.join(" ")}`);
});

test("fetchRanges() rejects when one of its ranges cannot be had", async () => {
  const { read } = largeFile([
    { match: { range: true, nth: "all", path: "/lfs/*" }, do: { type: "status", status: 503 } },
  ]);
  await assert.rejects(read(), { code: "hub-unavailable" });
});

// Helpers

function content(): Uint8Array {
  const bytes = new Uint8Array(SIZE_BYTES);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31 + (at >> 13)) & 0xff;
  return bytes;
}

function largeFile(faults: readonly FaultRule[] = []) {
  const hub = new SimulatedHub({ now: () => 0, faults });
  hub.publish("org/name", [{ path: "model.safetensors", bytes: content(), lfs: true }]);
  const host = { fetch: mswFetch(hub), clock: instantClock(), random: () => 0.5 };
  const http = new HttpClient(host, { env: {}, tokenOrigin: hub.endpoint });
  const url = `${hub.endpoint}/org/name/resolve/main/model.safetensors`;
  const source = new FileSource(http, { url, file: "model.safetensors", sizeBytes: SIZE_BYTES });
  const read = async (kept: readonly Interval[] = []): Promise<Uint8Array> => {
    const target = targetOf(kept);
    await fetchRanges(source, optionsOf(target));
    return target.bytes;
  };
  return { hub, source, read };
}

/** A file in memory of which a part is there already. */
function targetOf(kept: readonly Interval[]) {
  const bytes = new Uint8Array(SIZE_BYTES);
  const written = new Intervals();
  for (const { from, to } of kept) {
    bytes.set(content().subarray(from, to), from);
    written.add({ from, to });
  }
  return {
    bytes,
    written,
    noteBytes: 100_000,
    pieceBytes: undefined,
    write: async (data: Uint8Array, position: number) => {
      bytes.set(data, position);
      written.add({ from: position, to: position + data.length });
    },
  };
}

function optionsOf(target: RangeTarget) {
  return {
    target,
    sizeBytes: SIZE_BYTES,
    slots: new Semaphore(4),
    rangeBytes: () => RANGE_BYTES,
    buffers: new WriteBuffers(),
    signal: new AbortController().signal,
    onFetched: () => {},
  };
}

/** Pauses between attempts end at once; the watch over a transfer sleeps until it is told to stop. */
function instantClock() {
  return {
    now: () => 0,
    sleep: (durationMs: number, signal?: AbortSignal) =>
      durationMs < 30_000
        ? Promise.resolve()
        : new Promise<void>((_, reject) =>
            signal?.addEventListener("abort", () => reject(signal.reason)),
          ),
  };
}
