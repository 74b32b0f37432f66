/**
 * What real MLX answered for the families beside llama, mistral, qwen2 and qwen3 (mlx 0.32.4 with mlx-lm 0.32.2, CPU,
 * float32), so that a machine without Python proves something.
 *
 * The highest logit is at least 0.02 above the second at every step, a thousand times what the sides differ by.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles, writeBytes } from "../../../harness/disk/mod.ts";
import {
  type TinyFamily,
  tinyFamily,
  type TinyFamilyOptions,
} from "../../../harness/models/mod.ts";
import { type GreedyToken, openReferenceModel } from "./mod.ts";

interface Recorded {
  readonly name: string;
  readonly family: TinyFamily;
  readonly options: Partial<TinyFamilyOptions>;
  readonly tokens: readonly number[];
  /** Of each token, in four digits after the point. */
  readonly logits: readonly number[];
}

const RECORDED: readonly Recorded[] = [
  {
    name: "gemma2, 4 bits",
    family: "gemma2",
    options: {
      seed: 12,
      quantization: { bits: 4, groupSize: 32 },
      config: { attn_logit_softcapping: 3, final_logit_softcapping: 30 },
    },
    tokens: [40, 56, 56, 56, 56, 56, 56, 56, 56, 56],
    logits: [8.7817, 7.4299, 11.3091, 10.7708, 10.6559, 10.7623, 10.6872, 10.4394, 10.0252, 9.5504],
  },
  {
    name: "gemma3_text, mxfp8, with windows",
    family: "gemma3_text",
    options: {
      seed: 1,
      layers: 3,
      tied: false,
      quantization: { mode: "mxfp8", bits: 8, groupSize: 32 },
    },
    tokens: [284, 120, 156, 284, 73, 200, 15, 122, 121, 284],
    logits: [2.5491, 3.2732, 2.5257, 3.3621, 3.4101, 2.9412, 3.2463, 2.6291, 2.4531, 2.9787],
  },
  {
    name: "gemma3, the text of a model that sees, with a linear rotation",
    family: "gemma3",
    options: { seed: 8, config: { rope_scaling: { rope_type: "linear", factor: 2 } } },
    tokens: [150, 150, 150, 150, 150, 249, 249, 249, 249, 106],
    logits: [9.5517, 8.5134, 8.545, 8.9128, 9.0254, 8.4949, 12.6996, 11.7339, 10.4837, 9.611],
  },
  {
    name: "granite, 8 bits, with biases",
    family: "granite",
    options: {
      seed: 3,
      attentionBias: true,
      mlpBias: true,
      config: { logits_scaling: 3 },
      quantization: { bits: 8, groupSize: 32 },
    },
    tokens: [159, 252, 252, 252, 252, 252, 252, 252, 252, 252],
    logits: [3.0308, 3.1852, 3.7849, 4.1275, 4.4706, 4.586, 4.5367, 4.4347, 4.3669, 4.4396],
  },
  {
    name: "mixtral, mxfp4",
    family: "mixtral",
    options: { seed: 2, tied: false, quantization: { mode: "mxfp4", bits: 4, groupSize: 32 } },
    tokens: [26, 192, 192, 192, 186, 76, 76, 149, 78, 105],
    logits: [2.6281, 2.6534, 2.869, 2.7191, 2.9322, 3.5539, 2.2852, 2.4968, 2.6845, 2.4526],
  },
  {
    name: "olmo2, nvfp4",
    family: "olmo2",
    options: { seed: 7, quantization: { mode: "nvfp4", bits: 4, groupSize: 16 } },
    tokens: [112, 66, 35, 273, 194, 66, 268, 66, 15, 15],
    logits: [9.7107, 7.7473, 8.2895, 7.4072, 8.0107, 9.6625, 8.1179, 7.5581, 7.744, 7.6571],
  },
  {
    name: "phi3, half of each head rotated by longrope",
    family: "phi3",
    options: {
      seed: 1,
      tied: false,
      config: {
        partial_rotary_factor: 0.5,
        original_max_position_embeddings: 64,
        rope_scaling: { type: "longrope", short_factor: [1, 1], long_factor: [1.5, 6] },
      },
    },
    tokens: [149, 279, 94, 195, 230, 230, 53, 46, 279, 112],
    logits: [2.1697, 2.4593, 2.8492, 2.9388, 2.6421, 2.9813, 3.1256, 2.4838, 2.3775, 2.8154],
  },
  {
    name: "qwen2_moe, 6 bits",
    family: "qwen2_moe",
    options: { seed: 2, quantization: { bits: 6, groupSize: 32 } },
    tokens: [262, 54, 10, 30, 184, 65, 30, 186, 149, 236],
    logits: [2.6718, 3.0526, 2.6794, 2.6801, 3.045, 2.6176, 2.3484, 2.674, 3.0349, 2.6393],
  },
  {
    name: "qwen3_moe, nvfp4, one layer without experts",
    family: "qwen3_moe",
    options: {
      seed: 5,
      quantization: { mode: "nvfp4", bits: 4, groupSize: 16 },
      config: { mlp_only_layers: [0] },
    },
    tokens: [18, 26, 211, 138, 211, 130, 189, 28, 60, 138],
    logits: [7.9982, 8.847, 7.8876, 6.8086, 10.5475, 7.4551, 8.1761, 7.3066, 9.2376, 8.5038],
  },
  {
    name: "smollm3, one bit",
    family: "smollm3",
    options: { seed: 2, hiddenSize: 64, tied: false, quantization: { bits: 1, groupSize: 32 } },
    tokens: [283, 266, 241, 118, 283, 97, 275, 14, 35, 35],
    logits: [2.311, 1.9639, 2.726, 2.2698, 2.374, 2.1173, 2.548, 2.7597, 3.1388, 2.7995],
  },
];

/** Longer than what goes through the layers at once, and than the windows. */
const PROMPT = Array.from({ length: 40 }, (_, index) => (index * 37 + 11) % 259);

for (const { name, family, options, tokens, logits } of RECORDED) {
  test(`the reference generates what real MLX generated: ${name}`, async () => {
    const files = memoryFiles();
    for (const { path, bytes } of tinyFamily(family, options).files) {
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
