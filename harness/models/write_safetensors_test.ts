import assert from "node:assert/strict";
import test from "node:test";
import { splitSafetensors, tensorsOf } from "./split_safetensors.ts";
import { type Tensor, writeSafetensors } from "./write_safetensors.ts";

const TENSORS: readonly Tensor[] = [
  { name: "a", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
  { name: "b", dtype: "F16", shape: [1, 2], data: Uint8Array.of(4, 5, 6, 7) },
  { name: "none", dtype: "F32", shape: [0, 4], data: new Uint8Array(0) },
];

test("writeSafetensors() writes length, header filled to 8 bytes, then the data in order", () => {
  const file = writeSafetensors(TENSORS);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  assert.equal(length % 8, 0);
  assert.deepEqual([...file.subarray(8 + length)], [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))), {
    __metadata__: { format: "mlx" },
    a: { dtype: "U8", shape: [3], data_offsets: [0, 3] },
    b: { dtype: "F16", shape: [1, 2], data_offsets: [3, 7] },
    none: { dtype: "F32", shape: [0, 4], data_offsets: [7, 7] },
  });
});

test("writeSafetensors() takes other metadata and pads the header", () => {
  const plain = writeSafetensors(TENSORS, { metadata: {} });
  const padded = writeSafetensors(TENSORS, { metadata: {}, headerPaddingBytes: 64 });
  assert.equal(padded.length, plain.length + 64);
  assert.deepEqual(splitSafetensors(padded).metadata, {});
  assert.deepEqual(tensorsOf(padded), tensorsOf(plain));
});

test("tensorsOf() gives back what writeSafetensors() was given", () => {
  assert.deepEqual(
    tensorsOf(writeSafetensors(TENSORS)).map(({ name, dtype, shape, data }) => ({
      name,
      dtype,
      shape,
      data: [...data],
    })),
    TENSORS.map((tensor) => ({ ...tensor, data: [...tensor.data] })),
  );
});

test("writeSafetensors() refuses data that does not fit the shape", () => {
  const tensor: Tensor = { name: "a", dtype: "F32", shape: [2], data: new Uint8Array(7) };
  assert.throws(() => writeSafetensors([tensor]), /"a" as F32 \[2\]: it needs 8 bytes and has 7/);
});
