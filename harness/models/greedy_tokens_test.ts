import assert from "node:assert/strict";
import test from "node:test";
import { decodeFloats } from "./decode_floats.ts";
import { encodeFloats } from "./encode_floats.ts";
import { greedyTokens } from "./greedy_tokens.ts";
import { tinyLlama } from "./tiny_llama.ts";

test("decodeFloats() reads what encodeFloats() wrote", () => {
  const numbers = Float32Array.of(0, -0, 1, -1.5, 65504, 2 ** -24, -(2 ** -15), 0.333251953125);
  for (const dtype of ["F32", "F16"] as const) {
    assert.deepEqual(decodeFloats(encodeFloats(numbers, dtype), dtype), numbers, dtype);
  }
  const short = Float32Array.of(1, -2.5, 2 ** 100);
  assert.deepEqual(decodeFloats(encodeFloats(short, "BF16"), "BF16"), short);
  assert.throws(() => decodeFloats(new Uint8Array(4), "U32"), RangeError);
});

test("greedyTokens() does not depend on shards, packing of the file or the place of the template", () => {
  const base = { layers: 2, dtype: "F32", tied: false } as const;
  const plain = greedyTokens(tinyLlama(base), [5, 6, 7], 5);
  assert.deepEqual(
    greedyTokens(tinyLlama({ ...base, shards: 3, index: false }), [5, 6, 7], 5),
    plain,
  );
  assert.ok(plain.every(({ margin }) => margin > 0));
});

test("greedyTokens() sees one turned weight", () => {
  const model = tinyLlama({ dtype: "F32", quantization: undefined });
  const files = model.files.map((file) =>
    file.path === "model.safetensors"
      ? {
          ...file,
          bytes: file.bytes.map((byte, at) => (at > 4000 && at % 4 === 3 ? byte ^ 1 : byte)),
        }
      : file,
  );
  const ids = (steps: ReturnType<typeof greedyTokens>) => steps.map(({ id }) => id);
  assert.notDeepEqual(
    ids(greedyTokens({ ...model, files }, [5, 6, 7], 6)),
    ids(greedyTokens(model, [5, 6, 7], 6)),
  );
});

test("greedyTokens() refuses what it does not compute", () => {
  const model = tinyLlama();
  const config = { ...model.config, rope_scaling: { type: "linear", factor: 2 } };
  assert.throws(() => greedyTokens({ ...model, config }, [5], 1), RangeError);
});
