import assert from "node:assert/strict";
import { test } from "node:test";
import { mswFetch } from "../../../harness/internal.ts";
import { type FaultRule, SimulatedHub } from "../../../harness/mod.ts";
import { HttpClient } from "../../hub/http_client.ts";
import { FileSource } from "./file_source.ts";
import { readParallelRanges } from "./read_parallel_ranges.ts";
import { RangeBuffers } from "./range_buffers.ts";
import { Semaphore } from "./semaphore.ts";

const RANGE_BYTES = 1024 * 1024;
const SIZE_BYTES = 5 * RANGE_BYTES + 12_345;

test("readParallelRanges() yields a file in order over several connections", async () => {
  const { hub, read } = largeFile();
  assert.deepEqual(await read(0), content());
  const ranges = hub.log.filter(({ status }) => status === 206).map(({ range }) => range);
  assert.equal(new Set(ranges).size, 6, "each range once");
});

test("readParallelRanges() yields the rest of a file from any byte", async () => {
  const { read } = largeFile();
  const from = RANGE_BYTES + 77;
  assert.deepEqual(await read(from), content().subarray(from));
});

test("readParallelRanges() goes on alone when the server ignores ranges", async () => {
  const { hub, read } = largeFile([
    { match: { range: true, nth: "all" }, do: { type: "ignore-range" } },
  ]);
  assert.deepEqual(await read(0), content());
  assert.ok(hub.log.some(({ range, status }) => range === undefined && status === 200));
});

test("readParallelRanges() goes on alone when the server ignores later ranges only", async () => {
  const { read } = largeFile([{ match: { range: true, nth: 3 }, do: { type: "ignore-range" } }]);
  assert.deepEqual(await read(0), content());
});

for (const [what, action] of [
  ["sends other ranges", { type: "wrong-content-range", shiftBytes: -7 }],
  ["refuses ranges", { type: "status", status: 416 }],
] as const)
  test(`readParallelRanges() goes on alone when the server ${what}`, async () => {
    const { hub, read } = largeFile([{ match: { range: true, nth: "all" }, do: action }]);
    assert.deepEqual(await read(77), content().subarray(77));
    assert.ok(hub.log.some(({ range, status }) => range === undefined && status === 200));
  });

test("readParallelRanges() resumes a lane that breaks at the byte where it broke", async () => {
  const { hub, read } = largeFile([
    { match: { range: true, nth: 2 }, do: { type: "cut", atByte: 1000, how: "rst" } },
  ]);
  assert.deepEqual(await read(0), content());
  const starts = hub.log.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1]));
  assert.ok(
    starts.some((start) => start % RANGE_BYTES === 1000),
    String(starts),
  );
});

test("readParallelRanges() gives back all slots and buffers when its reader stops early", async () => {
  const { source } = largeFile();
  const slots = new Semaphore(4);
  const buffers = new RangeBuffers();
  const signal = new AbortController().signal;
  for await (const chunk of readParallelRanges(source, {
    from: 0,
    sizeBytes: SIZE_BYTES,
    rangeBytes: () => RANGE_BYTES,
    rangeBytesMax: RANGE_BYTES,
    slots,
    buffers,
    signal,
  })) {
    assert.ok(chunk.length > 0);
    break;
  }
  for (let slot = 0; slot < 4; slot++) assert.ok(slots.tryAcquire(), `slot ${slot}`);
  assert.ok(!slots.tryAcquire());
});

test("readParallelRanges() asks for each range how long it is to be, and never for more than a buffer has", async () => {
  const { hub, source } = largeFile();
  const lengths = [1000, 2000, 9 * RANGE_BYTES];
  const chunks: Uint8Array[] = [];
  for await (const chunk of readParallelRanges(source, {
    from: 0,
    sizeBytes: SIZE_BYTES,
    rangeBytes: () => lengths.shift() ?? RANGE_BYTES,
    rangeBytesMax: RANGE_BYTES,
    slots: new Semaphore(4),
    buffers: new RangeBuffers(),
    signal: new AbortController().signal,
  }))
    chunks.push(chunk.slice());
  assert.equal(Buffer.compare(Buffer.concat(chunks), content()), 0);
  const ranges = hub.log.filter(({ status }) => status === 206).map(({ range }) => range);
  const third = `bytes=3000-${3000 + RANGE_BYTES - 1}`;
  for (const range of ["bytes=0-999", "bytes=1000-2999", third])
    assert.ok(ranges.includes(range), `${range} of ${ranges.join(" ")}`);
});

test("readParallelRanges() rejects when one of its ranges cannot be had", async () => {
  const { read } = largeFile([
    { match: { range: true, nth: "all", path: "/lfs/*" }, do: { type: "status", status: 503 } },
  ]);
  await assert.rejects(read(0), { code: "hub-unavailable" });
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
  const read = async (from: number): Promise<Uint8Array> => {
    const options = {
      from,
      sizeBytes: SIZE_BYTES,
      slots: new Semaphore(4),
      rangeBytes: () => RANGE_BYTES,
      rangeBytesMax: RANGE_BYTES,
      buffers: new RangeBuffers(),
      signal: new AbortController().signal,
    };
    const chunks: Uint8Array[] = [];
    for await (const chunk of readParallelRanges(source, options)) chunks.push(chunk.slice());
    return Buffer.concat(chunks).subarray();
  };
  return { hub, source, read: async (from: number) => new Uint8Array(await read(from)) };
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
