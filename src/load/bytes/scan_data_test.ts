import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import fc from "fast-check";
import { memoryFiles, observingFiles, writeBytes } from "../../../harness/disk/mod.ts";
import { type Tensor, tinyLlama, writeSafetensors } from "../../../harness/models/mod.ts";
import type { Digest, OpenFile } from "../../../spec/mod.ts";
import { THREAD_BYTES_MIN } from "../../node/hash/piece_hash.ts";
import { withFile } from "./read_bytes.ts";
import { readSafetensorsHeader } from "./read_safetensors_header.ts";
import { scanData, type ScannedData } from "./scan_data.ts";

const PATH = "/model.safetensors";
const PIECE = 1024 * 1024;

test("scanData() computes the digest that was asked for", async () => {
  const [bytes] = tinyLlama().files.filter(({ path }) => path.endsWith(".safetensors"));
  assert.ok(bytes);
  const sha256 = createHash("sha256").update(bytes.bytes).digest("hex");
  const git = createHash("sha1").update(`blob ${bytes.bytes.length}\0`).update(bytes.bytes);
  assert.equal((await scan(bytes.bytes, { expectedDigest: "sha256:" })).digest, `sha256:${sha256}`);
  assert.equal(
    (await scan(bytes.bytes, { expectedDigest: "git-sha1:" })).digest,
    `git-sha1:${git.digest("hex")}`,
  );
  assert.equal((await scan(bytes.bytes)).digest, undefined);
});

test("scanData() finds each value that is not a number, wherever it stands", async () => {
  const formats = [
    ["F32", 4, [0, 0, 0x80, 0x7f]],
    ["F32", 4, [1, 0, 0xc0, 0xff]],
    ["F16", 2, [0x00, 0x7c]],
    ["F16", 2, [0x01, 0xfc]],
    ["BF16", 2, [0x80, 0x7f]],
    ["BF16", 2, [0xc0, 0xff]],
  ] as const;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...formats), fc.nat(99), async ([dtype, size, value], at) => {
      const data = new Uint8Array(100 * size).fill(0x3c);
      data.set(value, at * size);
      const { faults } = await scan(writeSafetensors([{ name: "x", dtype, shape: [100], data }]));
      assert.deepEqual(
        faults.map(({ cause, tensor }) => [cause, tensor]),
        [["not-a-number", "x"]],
      );
      assert.match(faults[0]?.detail ?? "", / 1 values /);
    }),
  );
});

test("scanData() finds a hole that crosses pieces, and reads in pieces", async () => {
  const data = noise(3 * PIECE).fill(0, PIECE - 100, PIECE + 5000);
  const tensor: Tensor = { name: "m.weight", dtype: "U32", shape: [768, 1024], data };
  const files = observingFiles(memoryFiles());
  const bytes = writeSafetensors([tensor]);
  await writeBytes(files, PATH, bytes);
  const header = await readSafetensorsHeader(files, PATH);
  const { faults } = await withFile(files, PATH, (file) =>
    scanData(file, { header, isKnown: true }),
  );
  assert.equal(faults.length, 1);
  assert.match(faults[0]?.detail ?? "", / 5100 of its 3145728 bytes filled with 0x00, from byte /);
  const reads = files.calls.filter(({ operation }) => operation === "read");
  assert.ok(reads.every(({ sizeBytes = 0 }) => sizeBytes <= PIECE));
  assert.ok(reads.length >= 4);
});

test("scanData() raises no alarm over random packed weights, whatever their size", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), fc.nat(), async (words, seed) => {
      const data = noise(words * 4, seed);
      const tensor: Tensor = { name: "m.weight", dtype: "U32", shape: [1, words], data };
      assert.deepEqual((await scan(writeSafetensors([tensor]))).faults, []);
    }),
  );
});

test("scanData() raises no alarm over biases of zeros and norms of ones", async () => {
  const zeros: Tensor = { name: "q.bias", dtype: "F32", shape: [2048], data: new Uint8Array(8192) };
  const ones = new Uint8Array(new Float32Array(2048).fill(1).buffer);
  const norm: Tensor = { name: "model.norm.weight", dtype: "F32", shape: [2048], data: ones };
  assert.deepEqual((await scan(writeSafetensors([zeros, norm]))).faults, []);
});

test("scanData() stops when it is cancelled", async () => {
  const bytes = writeSafetensors([
    { name: "x", dtype: "U32", shape: [1], data: new Uint8Array(4) },
  ]);
  await assert.rejects(scan(bytes, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("scanData() finds in a large file, which another thread hashes, what it finds in a small one", async () => {
  const sizeBytes = THREAD_BYTES_MIN + 3 * PIECE;
  const large = noise(sizeBytes).fill(0, PIECE - 100, PIECE + 5000);
  const tensors: Tensor[] = [
    { name: "m.weight", dtype: "U32", shape: [sizeBytes / 4096, 1024], data: large },
    { name: "x", dtype: "F16", shape: [2], data: Uint8Array.of(0, 0x7c, 0, 0) },
  ];
  const bytes = writeSafetensors(tensors);
  const { faults, digest } = await scan(bytes, { expectedDigest: "sha256:" });
  assert.equal(digest, `sha256:${createHash("sha256").update(bytes).digest("hex")}`);
  assert.deepEqual(
    faults.map(({ cause, tensor }) => [cause, tensor]),
    [
      ["zeroed", "m.weight"],
      ["not-a-number", "x"],
    ],
  );
});

test("scanData() of a large file stops when it is cancelled in its midst", async () => {
  const data = noise(THREAD_BYTES_MIN);
  const bytes = writeSafetensors([
    { name: "m.weight", dtype: "U32", shape: [data.length / 4096, 1024], data },
  ]);
  const files = memoryFiles();
  await writeBytes(files, PATH, bytes);
  const header = await readSafetensorsHeader(files, PATH);
  const cancel = new AbortController();
  const work = withFile(files, PATH, (file) => {
    let reads = 0;
    const read: OpenFile["read"] = async (buffer, position) => {
      if (++reads === 5) cancel.abort();
      return file.read(buffer, position);
    };
    const stat = () => file.stat();
    const options = {
      header,
      isKnown: true,
      expectedDigest: "sha256:",
      signal: cancel.signal,
    } as const;
    return scanData({ ...file, stat, read }, options);
  });
  await assert.rejects(work, { name: "AbortError" });
});

// Helpers

async function scan(
  bytes: Uint8Array,
  options: { readonly expectedDigest?: Digest; readonly signal?: AbortSignal } = {},
): Promise<ScannedData> {
  const files = memoryFiles();
  await writeBytes(files, PATH, bytes);
  const header = await readSafetensorsHeader(files, PATH);
  return await withFile(files, PATH, (file) =>
    scanData(file, { header, isKnown: true, ...options }),
  );
}

/** Bytes without a pattern, the same for the same seed. */
function noise(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = seed | 1;
  for (let index = 0; index < sizeBytes; index++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
