import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { memoryFiles, writeBytes } from "../../../harness/disk/mod.ts";
import { joinSafetensors, splitSafetensors, tinyLlama } from "../../../harness/models/mod.ts";
import type { CheckCause, FileStat } from "../../../spec/mod.ts";
import type { SafetensorsHeader } from "./parse_safetensors_header.ts";
import {
  examineHeader,
  readSafetensorsHeader,
  SafetensorsError,
} from "./read_safetensors_header.ts";

const PATH = "/model.safetensors";
const SOUND =
  tinyLlama({ shards: 1 }).files.find(({ path }) => path.endsWith(".safetensors"))?.bytes ??
  new Uint8Array(0);

test("readSafetensorsHeader() gives what the writer wrote", async () => {
  const { entries, dataStartBytes } = splitSafetensors(SOUND);
  const header = await read(SOUND);
  assert.equal(header.dataStart, dataStartBytes);
  assert.equal(header.headerSizeBytes, dataStartBytes - 8);
  assert.equal(header.metadata.get("format"), "mlx");
  assert.deepEqual(
    [...header.tensors].map(([name, { dtype, shape, start, end }]) => ({
      name,
      dtype,
      shape,
      start,
      end,
    })),
    [...entries].map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => ({ name, dtype, shape, start, end }),
    ),
  );
});

test("readSafetensorsHeader() says how many bytes are missing, whatever the cut", async () => {
  const { dataStartBytes } = splitSafetensors(SOUND);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: dataStartBytes, max: SOUND.length - 1 }), async (length) => {
      const [fault] = await faultsOf(SOUND.slice(0, length));
      assert.equal(fault?.cause, "truncated");
      assert.match(fault.detail, new RegExp(`^${SOUND.length - length} bytes are missing`));
    }),
  );
});

test("readSafetensorsHeader() refuses a cut in the header as one", async () => {
  const { dataStartBytes } = splitSafetensors(SOUND);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: dataStartBytes - 1 }), async (length) => {
      assert.deepEqual(await causesOf(SOUND.slice(0, length)), ["truncated"]);
    }),
  );
});

test("readSafetensorsHeader() rejects with an answer, never a crash, whatever the bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
      assert.notDeepEqual(await causesOf(bytes), []);
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.nat(SOUND.length - 1),
      fc.integer({ min: 0, max: 255 }),
      async (at, value) => {
        const changed = SOUND.slice();
        changed[at] = value;
        // Nothing but a documented refusal may come out; a change of data or of nothing is no refusal.
        await causesOf(changed);
      },
    ),
  );
});

const TENSOR = { dtype: "F32", shape: [1], data_offsets: [0, 4] };

const REFUSED: readonly (readonly [string, unknown, readonly CheckCause[]])[] = [
  ["an empty file of tensors", {}, ["trailing-bytes"]],
  ["a tensor that is a number", { a: 1 }, ["bad-header"]],
  ["no dtype", { a: { ...TENSOR, dtype: undefined } }, ["bad-header"]],
  ["an unknown dtype", { a: { ...TENSOR, dtype: "F24" } }, ["dtype"]],
  ["a dimension below 0", { a: { ...TENSOR, shape: [-1] } }, ["shape"]],
  ["a dimension that is no whole number", { a: { ...TENSOR, shape: [1.5] } }, ["bad-header"]],
  ["a dimension beyond safe integers", { a: { ...TENSOR, shape: [2 ** 60] } }, ["bad-header"]],
  ["a shape that needs other bytes", { a: { ...TENSOR, shape: [2] } }, ["shape"]],
  ["offsets before the data", { a: { ...TENSOR, data_offsets: [-4, 0] } }, ["out-of-range"]],
  ["reversed offsets", { a: { ...TENSOR, data_offsets: [4, 0] } }, ["out-of-range"]],
  ["three offsets", { a: { ...TENSOR, data_offsets: [0, 4, 8] } }, ["bad-header"]],
  [
    "a gap at the start",
    { a: { ...TENSOR, data_offsets: [4, 8] } },
    ["out-of-range", "out-of-range"],
  ],
  ["an overlap", { a: TENSOR, b: TENSOR }, ["overlap"]],
  ["metadata that is no text", { a: TENSOR, __metadata__: { n: 1 } }, ["bad-header"]],
  ["metadata that is a list", { a: TENSOR, __metadata__: [] }, ["bad-header"]],
  ["data that is too short", { a: TENSOR, b: { ...TENSOR, data_offsets: [4, 8] } }, ["truncated"]],
];

for (const [name, header, causes] of REFUSED) {
  test(`readSafetensorsHeader() refuses ${name}`, async () => {
    const bytes = joinSafetensors(JSON.stringify(header), new Uint8Array(4).fill(1));
    assert.deepEqual(await causesOf(bytes), causes);
  });
}

test("readSafetensorsHeader() collects every fault of the entries", async () => {
  const header = { a: { ...TENSOR, dtype: "X" }, b: { ...TENSOR, shape: [-1] } };
  const bytes = joinSafetensors(JSON.stringify(header), new Uint8Array(4));
  assert.deepEqual(await causesOf(bytes), ["dtype", "shape"]);
});

test("readSafetensorsHeader() says how large a gap is, and of none where a place is not known", async () => {
  const behind = { ...TENSOR, data_offsets: [12, 16] };
  const data = new Uint8Array(16).fill(1);
  const [gap] = await faultsOf(joinSafetensors(JSON.stringify({ a: TENSOR, b: behind }), data));
  assert.match(gap?.detail ?? "", /begins at 12, 8 bytes after the one before it ends/);
  const wrong = { a: TENSOR, b: { ...TENSOR, dtype: "X" }, c: behind };
  assert.deepEqual(await causesOf(joinSafetensors(JSON.stringify(wrong), data)), ["dtype"]);
});

test("readSafetensorsHeader() names a tensor that stands there twice", async () => {
  const entry = JSON.stringify(TENSOR);
  const bytes = joinSafetensors(`{"a":${entry},"a":${entry}}`, new Uint8Array(4));
  const [fault] = await faultsOf(bytes);
  assert.deepEqual([fault?.cause, fault?.tensor], ["duplicate-tensor", "a"]);
});

test("readSafetensorsHeader() tells a hole in the header from other text", async () => {
  const holed = SOUND.slice().fill(0, 64, 256);
  assert.deepEqual(await causesOf(holed), ["zeroed"]);
});

test("readSafetensorsHeader() takes scalars, tensors of no bytes and a tensor called __proto__", async () => {
  const header = `{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"z":{"dtype":"F32","shape":[0,9],"data_offsets":[4,4]},"__proto__":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}`;
  const { tensors } = await read(joinSafetensors(header, new Uint8Array(6).fill(1)));
  assert.deepEqual([...tensors.keys()], ["s", "z", "__proto__"]);
});

test("examineHeader() reads no header that is longer than MLX takes, however long the file is", async () => {
  const head = new Uint8Array(16);
  new DataView(head.buffer).setBigUint64(0, 100_000_000n, true);
  head[8] = 0x7b;
  const reads: number[] = [];
  const { faults } = await examineHeader({
    stat: async () => ({ sizeBytes: 200_000_000 }) as FileStat,
    read: async (buffer, at) => {
      reads.push(buffer.length);
      const part = head.subarray(at, at + buffer.length);
      buffer.set(part);
      return part.length;
    },
  });
  assert.deepEqual(
    faults.map(({ cause }) => cause),
    ["header-too-large"],
  );
  assert.ok(Math.max(...reads) <= 512);
});

test("readSafetensorsHeader() stops when it is cancelled", async () => {
  const files = memoryFiles();
  await writeBytes(files, PATH, SOUND);
  const signal = AbortSignal.abort();
  await assert.rejects(readSafetensorsHeader(files, PATH, { signal }), { name: "AbortError" });
});

// Helpers

async function read(bytes: Uint8Array): Promise<SafetensorsHeader> {
  const files = memoryFiles();
  await writeBytes(files, PATH, bytes);
  return await readSafetensorsHeader(files, PATH);
}

async function faultsOf(bytes: Uint8Array) {
  try {
    await read(bytes);
    return [];
  } catch (error) {
    assert.ok(error instanceof SafetensorsError, String(error));
    assert.equal(error.code, "corrupt-model");
    return error.faults;
  }
}

async function causesOf(bytes: Uint8Array): Promise<CheckCause[]> {
  return (await faultsOf(bytes)).map(({ cause }) => cause);
}
