import assert from "node:assert/strict";
import test from "node:test";
import { expectedModel } from "../config/expected_tensors.ts";
import { judgeUnknownLayers } from "./judge_packed.ts";
import { judgeTensors } from "./judge_tensors.ts";
import { type PlacedTensor, type TensorFault } from "./placed_tensor.ts";
import { type ModelConfig, readModelConfig } from "../config/read_model_config.ts";

type Shapes = Readonly<Record<string, readonly [dtype: string, ...shape: number[]]>>;

/** 8 rows of 128 columns in 4 bits and groups of 64. */
const AFFINE: Shapes = {
  "x.weight": ["U32", 8, 16],
  "x.scales": ["F16", 8, 2],
  "x.biases": ["F16", 8, 2],
};

const MXFP4: Shapes = { "x.weight": ["U32", 8, 16], "x.scales": ["U8", 8, 4] };

test("judgeUnknownLayers() takes every packing that MLX has", () => {
  assert.deepEqual(judgeUnknown(AFFINE), []);
  assert.deepEqual(judgeUnknown(MXFP4), []);
  assert.deepEqual(judgeUnknown({ ...MXFP4, "x.scales": ["U8", 8, 8] }), []);
  // Experts are packed matrix by matrix.
  const experts: Shapes = { "e.weight": ["U32", 3, 8, 16], "e.scales": ["U8", 3, 8, 4] };
  assert.deepEqual(judgeUnknown(experts), []);
  assert.deepEqual(judgeUnknown({ plain: ["F16", 3], "y.weight": ["BF16", 3, 4] }), []);
});

test("judgeUnknownLayers() names what cannot be unpacked", () => {
  const { "x.weight": weight, ...withoutWeight } = AFFINE;
  assert.ok(weight);
  assert.deepEqual(judgeUnknown(withoutWeight), ["missing-tensor x.weight"]);
  const { "x.biases": biases, ...withoutBiases } = AFFINE;
  assert.ok(biases);
  assert.deepEqual(judgeUnknown(withoutBiases), ["missing-tensor x.biases"]);
  assert.deepEqual(judgeUnknown({ ...AFFINE, "x.weight": ["I32", 8, 16] }), ["dtype x.weight"]);
  assert.deepEqual(judgeUnknown({ ...AFFINE, "x.weight": ["U32", 9, 16] }), ["shape x.weight"]);
  assert.deepEqual(judgeUnknown({ ...AFFINE, "x.weight": ["U32", 128] }), ["shape x.weight"]);
  assert.deepEqual(judgeUnknown({ ...AFFINE, "x.scales": ["F16", 8, 7] }), ["shape x.weight"]);
});

test("judgeUnknownLayers() believes the entry of a layer", () => {
  const as = (bits: number, group_size: number) => ({ x: { bits, group_size } });
  assert.deepEqual(judgeUnknown(AFFINE, as(4, 64)), []);
  assert.deepEqual(judgeUnknown(AFFINE, as(8, 32)), []);
  assert.deepEqual(judgeUnknown(AFFINE, as(4, 32)), ["shape x.weight"]);
});

const LAYER = "model.layers.0.mlp.up_proj";

test("judgeTensors() says how a layer is packed when the configuration says otherwise", () => {
  const cases = [
    [{ bits: 4, group_size: 64 }, ["U32", 256, 16], ["F16", 256, 2], undefined],
    [
      { bits: 4, group_size: 32 },
      ["U32", 256, 16],
      ["F16", 256, 2],
      /as affine, 4 bits, group size 64/,
    ],
    [{ bits: 8, group_size: 64 }, ["U32", 256, 16], ["F16", 256, 2], /as affine, 4 bits/],
    [
      { bits: 4, group_size: 32 },
      ["U32", 256, 16],
      ["U8", 256, 4],
      /as mxfp4, 4 bits, group size 32/,
    ],
    [
      { bits: 4, group_size: 64 },
      ["U32", 256, 16],
      ["U8", 256, 8],
      /as nvfp4, 4 bits, group size 16/,
    ],
    [
      { bits: 4, group_size: 64 },
      ["U32", 256, 32],
      ["U8", 256, 4],
      /as mxfp8, 8 bits, group size 32/,
    ],
    [{ bits: 4, group_size: 32, mode: "mxfp4" }, ["U32", 256, 16], ["F16", 256, 4], /as affine/],
  ] as const;
  for (const [quantization, weight, scales, why] of cases) {
    const shapes: Shapes = { [`${LAYER}.weight`]: weight, [`${LAYER}.scales`]: scales };
    const faults = judgeLlama(shapes, quantization).filter(({ cause }) => cause === "quantization");
    assert.equal(faults.length, why === undefined ? 0 : 1, JSON.stringify(quantization));
    if (why !== undefined) assert.match(faults[0]?.detail ?? "", why);
  }
});

test("judgeTensors() calls a tensor in the wrong 16-bit format by name, and lets a whole kind differ", () => {
  const norm = "model.layers.0.input_layernorm.weight";
  const other = "model.norm.weight";
  const third = "model.layers.0.post_attention_layernorm.weight";
  const dtypes = (first: string, rest: string, embedding: string) =>
    judgeLlama({
      [norm]: [first, 128],
      [other]: [rest, 128],
      [third]: [rest, 128],
      "model.embed_tokens.weight": [embedding, 100, 128],
      [`${LAYER}.weight`]: [embedding, 256, 128],
    })
      .filter(({ cause }) => cause === "dtype")
      .map(({ tensor }) => tensor);
  assert.deepEqual(dtypes("F16", "BF16", "BF16"), [norm]);
  assert.deepEqual(dtypes("BF16", "BF16", "F16"), []);
  assert.deepEqual(dtypes("F32", "F16", "F16"), []);
});

// Helpers

function judgeUnknown(shapes: Shapes, perLayer: object = {}): string[] {
  const quantization = { bits: 4, group_size: 64, ...perLayer };
  const config = configOf({ model_type: "nosuch", quantization });
  return judgeUnknownLayers(place(shapes), config).map(({ cause, tensor }) => `${cause} ${tensor}`);
}

function judgeLlama(shapes: Shapes, quantization?: object): TensorFault[] {
  const config = configOf({
    model_type: "llama",
    hidden_size: 128,
    num_hidden_layers: 1,
    intermediate_size: 256,
    num_attention_heads: 4,
    rms_norm_eps: 1e-5,
    vocab_size: 100,
    ...(quantization && { quantization }),
  });
  const expected = expectedModel(config);
  assert.ok(expected);
  return judgeTensors(place(shapes), { config, expected }, { isIncomplete: true });
}

function configOf(json: object): ModelConfig {
  const { config, faults } = readModelConfig(new TextEncoder().encode(JSON.stringify(json)));
  assert.deepEqual(faults, []);
  assert.ok(config);
  return config;
}

function place(shapes: Shapes): Map<string, PlacedTensor> {
  return new Map(
    Object.entries(shapes).map(([name, [dtype, ...shape]]) => [
      name,
      { dtype, shape, start: 0, end: 0, file: "model.safetensors" },
    ]),
  );
}
