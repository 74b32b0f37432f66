/**
 * What real MLX answered (mlx 0.32.4 with mlx-lm 0.32.2, CPU, float32), so that a machine without Python proves something.
 *
 * The highest logit is at least 0.02 above the second at every step, a thousand times what the sides differ by.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles, writeBytes } from "../../../harness/disk/mod.ts";
import { tinyLlama, type TinyLlamaOptions } from "../../../harness/models/mod.ts";
import { type GreedyToken, openReferenceModel } from "./mod.ts";

interface Recorded {
  readonly name: string;
  readonly options: Partial<TinyLlamaOptions>;
  readonly tokens: readonly number[];
  /** Of each token, in four digits after the point. */
  readonly logits: readonly number[];
}

const LLAMA3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 64,
};

const RECORDED: readonly Recorded[] = [
  {
    name: "llama, 4 bits",
    options: { seed: 6 },
    tokens: [159, 120, 261, 194, 93, 117, 179, 65, 1, 1, 1, 1],
    logits: [
      10.1809, 11.2665, 9.5197, 11.5786, 7.5341, 8.6253, 9.0596, 8.1325, 8.4102, 10.1815, 10.9219,
      11.1568,
    ],
  },
  {
    name: "llama, 3 bits, one layer of 8 bits and a plain output, three shards",
    options: {
      seed: 3,
      layers: 3,
      tied: false,
      shards: 3,
      hiddenSize: 64,
      quantization: {
        bits: 3,
        groupSize: 64,
        perLayer: { "model.layers.0.mlp.down_proj": { bits: 8, groupSize: 64 }, lm_head: false },
      },
    },
    tokens: [66, 167, 92, 66, 91, 175, 265, 40, 28, 140, 66, 84],
    logits: [
      2.8331, 2.5063, 2.7555, 2.7057, 2.4972, 2.8285, 2.6769, 2.3281, 2.2977, 2.4125, 2.4864,
      2.2485,
    ],
  },
  {
    name: "mistral with biases and windows",
    options: {
      seed: 5,
      family: "mistral",
      slidingWindow: 8,
      layers: 3,
      attentionBias: true,
      mlpBias: true,
      quantization: { bits: 6, groupSize: 32 },
    },
    tokens: [172, 117, 218, 218, 18, 50, 133, 117, 189, 135, 117, 143],
    logits: [
      8.3322, 9.5017, 8.5652, 10.6685, 9.7835, 9.6357, 9.2507, 10.1066, 8.4676, 9.7804, 7.7614,
      8.3694,
    ],
  },
  {
    name: "qwen2",
    options: { seed: 6, family: "qwen2", ropeTheta: 1_000_000, layers: 2, tied: false },
    tokens: [187, 263, 263, 68, 187, 278, 187, 29, 241, 187, 42, 234],
    logits: [
      2.8179, 2.5426, 2.6252, 2.2935, 2.5962, 2.49, 2.8573, 2.3259, 2.4701, 2.1658, 2.3646, 3.0564,
    ],
  },
  {
    name: "qwen3 with heads of 24 numbers, not packed",
    options: {
      seed: 6,
      family: "qwen3",
      headSize: 24,
      kvHeads: 1,
      layers: 2,
      quantization: undefined,
      ropeTheta: 1_000_000,
    },
    tokens: [18, 209, 83, 106, 167, 57, 57, 57, 92, 217, 217, 217],
    logits: [
      6.7699, 8.6066, 11.2765, 7.792, 8.3119, 9.7269, 9.7954, 8.5983, 8.0669, 7.5695, 9.5811,
      9.9286,
    ],
  },
  {
    name: "llama, not packed, with rows and heads that fill no block",
    options: { seed: 2, quantization: undefined, intermediateSize: 44, headSize: 10, layers: 2 },
    tokens: [19, 4, 197, 250, 49, 49, 49, 49, 49, 49, 49, 49],
    logits: [
      10.3972, 9.2201, 9.7499, 10.2184, 10.49, 11.4902, 11.3711, 10.357, 9.2946, 8.4666, 8.8884,
      9.4479,
    ],
  },
  {
    name: "llama, 5 bits, with llama3's rotation",
    options: {
      seed: 8,
      hiddenSize: 128,
      intermediateSize: 128,
      layers: 2,
      quantization: { bits: 5, groupSize: 128 },
      ropeScaling: LLAMA3,
    },
    tokens: [210, 137, 186, 186, 186, 186, 186, 186, 186, 33, 23, 23],
    logits: [
      21.6991, 19.5121, 20.5005, 22.2515, 19.6067, 16.5854, 14.8891, 15.4197, 16.5421, 16.2328,
      21.1639, 24.5893,
    ],
  },
  {
    name: "qwen3, 8 bits, with yarn",
    options: {
      seed: 2,
      family: "qwen3",
      ropeScaling: { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32 },
      quantization: { bits: 8, groupSize: 32 },
    },
    tokens: [74, 280, 72, 74, 192, 74, 280, 72, 74, 138, 72, 124],
    logits: [
      9.0626, 9.8902, 9.3131, 10.5075, 9.1618, 7.773, 9.7608, 9.5876, 11.0216, 9.2827, 9.8241,
      10.0842,
    ],
  },
  {
    name: "llama, 2 bits, neighbours rotated together, positions halved",
    options: {
      seed: 3,
      layers: 2,
      ropeTraditional: true,
      ropeScaling: { type: "linear", factor: 2 },
      quantization: { bits: 2, groupSize: 32 },
    },
    tokens: [211, 43, 35, 218, 150, 150, 88, 105, 16, 16, 16, 166],
    logits: [
      7.7637, 8.7552, 11.3239, 6.896, 8.7623, 9.3259, 9.204, 8.2797, 8.4044, 9.1299, 8.6031, 8.1109,
    ],
  },
];

/** Longer than what goes through the layers at once. */
const PROMPT = Array.from({ length: 40 }, (_, index) => (index * 37 + 11) % 259);

for (const { name, options, tokens, logits } of RECORDED) {
  test(`the reference generates what real MLX generated: ${name}`, async () => {
    const files = memoryFiles();
    for (const { path, bytes } of tinyLlama({ dtype: "F32", ...options }).files) {
      await writeBytes(files, `/model/${path}`, bytes);
    }
    const model = await openReferenceModel(files, "/model");
    const steps: GreedyToken[] = [];
    const limits = { maxTokens: tokens.length, topLogits: 1 };
    for await (const step of model.generate(PROMPT, limits)) steps.push(step);
    assert.deepEqual(
      steps.map(({ id }) => id),
      tokens,
    );
    for (const [at, { topLogits }] of steps.entries()) {
      const difference = Math.abs((topLogits?.[0]?.logit ?? NaN) - (logits[at] ?? NaN));
      assert.ok(difference < 2e-4, `step ${at}: ${difference}`);
    }
    await model.close();
  });
}
