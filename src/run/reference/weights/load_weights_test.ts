import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles, writeBytes } from "../../../../harness/disk/mod.ts";
import { decodeFloats } from "./decode_floats.ts";
import { allocateWeights, loadWeights } from "./load_weights.ts";
import type { PlacedWeights, TensorCopy } from "./placed_weights.ts";

const MIB = 1024 * 1024;

test("loadWeights() puts tensors of all kinds and sizes in their places, larger than a piece and smaller", async () => {
  const bytes = noise(24 * MIB);
  const files = memoryFiles();
  await writeBytes(files, "/weights", bytes);
  const copies: TensorCopy[] = [
    copyOf({ position: 8, sizeBytes: 100, offset: 0 }),
    copyOf({ position: 108, sizeBytes: 600, offset: 192, dtype: "BF16" }),
    // Far behind, so that it cannot be read together with those before.
    copyOf({ position: 5 * MIB, sizeBytes: 90, offset: 2048 }),
    copyOf({ position: 6 * MIB, sizeBytes: 5 * MIB + 2, offset: MIB, dtype: "F16" }),
    copyOf({ position: 12 * MIB, sizeBytes: 30 * 7, offset: 4096, rows: [30, 64] }),
    copyOf({ position: 13 * MIB, sizeBytes: 30 * 150_001, offset: 12 * MIB, rows: [30, 32] }),
    copyOf({ position: 18 * MIB, sizeBytes: 5 * MIB, offset: 18 * MIB }),
  ];
  const placed: PlacedWeights = { segmentBytes: [24 * MIB], copies };
  const memories = allocateWeights(placed);
  await loadWeights(files, { placed, memories });
  const memory = new Uint8Array(memories[0]?.buffer ?? new SharedArrayBuffer(0));
  for (const { source, offset, toFloat32, rows } of copies) {
    const data = bytes.subarray(source.position, source.position + source.entry.end);
    if (toFloat32 !== undefined) {
      const numbers = new Uint8Array(decodeFloats(data, source.entry.dtype).buffer);
      assertSame(memory.subarray(offset, offset + numbers.length), numbers);
    } else if (rows === undefined) {
      assertSame(memory.subarray(offset, offset + data.length), data);
    } else {
      for (let row = 0; row * rows.sizeBytes < data.length; row += 1) {
        const start: number = offset + row * rows.strideBytes;
        const expected = data.subarray(row * rows.sizeBytes, (row + 1) * rows.sizeBytes);
        assertSame(memory.subarray(start, start + rows.sizeBytes), expected);
        // What fills the row up stays zero.
        assert.equal(memory[start + rows.sizeBytes], 0);
      }
    }
  }
});

test("loadWeights() fails with the tensor's name when the file ends too early, and closes the file", async () => {
  const files = memoryFiles();
  await writeBytes(files, "/weights", noise(1000));
  const copies = [
    copyOf({ position: 0, sizeBytes: 500, offset: 0 }),
    copyOf({ position: 500, sizeBytes: 501, offset: 512 }),
  ];
  const placed = { segmentBytes: [2048], copies };
  const loading = loadWeights(files, { placed, memories: allocateWeights(placed) });
  await assert.rejects(loading, { code: "corrupt-model", message: /1 bytes too early/ });
});

test("allocateWeights() says so when memory cannot be had", () => {
  const placed = { segmentBytes: [2 ** 40], copies: [] };
  assert.throws(() => allocateWeights(placed), { code: "limit-exceeded" });
});

function copyOf(options: {
  readonly position: number;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly dtype?: "F16" | "BF16";
  readonly rows?: readonly [sizeBytes: number, strideBytes: number];
}): TensorCopy {
  const { position, sizeBytes, offset, dtype, rows } = options;
  const entry = { dtype: dtype ?? "U32", shape: [], start: 0, end: sizeBytes };
  return {
    name: `at ${position}`,
    source: { file: "/weights", position, entry },
    segment: 0,
    offset,
    ...(dtype !== undefined && { toFloat32: "float" as const }),
    ...(rows && { rows: { sizeBytes: rows[0], strideBytes: rows[1] } }),
  };
}

function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(Buffer.compare(Buffer.from(actual), expected), 0);
}

function noise(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = 1;
  for (let index = 0; index < sizeBytes; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
