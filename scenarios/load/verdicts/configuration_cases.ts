/**
 * Configurations, and small files beside them, about which runtimes differ: what their sources do with each.
 *
 * @module
 */

import { jsonBytes } from "../../../harness/internal.ts";
import type { TinyModel } from "../../../harness/mod.ts";
import { PACKED_CASES } from "./packed_cases.ts";
import { PROCESSOR_CASES } from "./processor_cases.ts";
import type { Expected, VerdictCase } from "./verdict_case.ts";
import { named, plain, renamed, withConfig, withText } from "./verdict_models.ts";

type Json = Readonly<Record<string, unknown>>;

const LM = "mlx-lm 0.32.2";
const SWIFT = "mlx-swift-lm 3.31.4";
const VLM = "mlx-vlm 0.7.10";
const REFUSED: Expected = { [LM]: false };
const TAKEN: Expected = { [LM]: true };
const FACTORS = { factor: 2, original_max_position_embeddings: 128 };

/** What `rope_scaling` says, and whether mlx-lm 0.32.2 (`rope_utils.py`) takes it. */
const SCALINGS: Readonly<Record<string, readonly [scaling: unknown, loads: boolean]>> = {
  ...Object.fromEntries(
    ["linear", "dynamic", "llama3", "yarn", "deepseek_yarn", "telechat3-yarn"].flatMap((type) => [
      [`${type} without a factor`, [{ rope_type: type }, false]],
    ]),
  ),
  "linear, by its older name": [{ type: "linear", factor: 2 }, true],
  "linear without a factor, by its older name": [{ type: "linear" }, false],
  "linear, whose older name counts": [{ type: "linear", rope_type: "nosuch", factor: 2 }, true],
  ...Object.fromEntries(
    ["linear", "dynamic", "llama3", "yarn"].map((type) => [
      `${type} of a factor that is null`,
      [{ ...FACTORS, rope_type: type, factor: null }, false],
    ]),
  ),
  "linear, with an older name that is null": [{ type: null, rope_type: "linear", factor: 2 }, true],
  "that nobody has, with an empty older name": [{ type: "", rope_type: "nosuch" }, false],
  "of a type that is null": [{ rope_type: null }, false],
  "that is empty": [{}, true],
  "that is null": [null, true],
  "of no type": [{ factor: 2 }, true],
  default: [{ rope_type: "default" }, true],
  llama3: [{ rope_type: "llama3", ...FACTORS, low_freq_factor: 1, high_freq_factor: 4 }, true],
  yarn: [{ rope_type: "yarn", ...FACTORS }, true],
  proportional: [{ rope_type: "proportional" }, true],
  longrope: [{ rope_type: "longrope", ...FACTORS, short_factor: [1], long_factor: [2] }, true],
  "longrope without short factors": [
    { rope_type: "longrope", ...FACTORS, long_factor: [2] },
    false,
  ],
  "longrope without long factors": [
    { rope_type: "longrope", ...FACTORS, short_factor: [1] },
    false,
  ],
  "longrope without a length": [
    { rope_type: "longrope", short_factor: [1], long_factor: [2] },
    false,
  ],
  "mrope of two sections": [{ rope_type: "mrope", mrope_section: [2, 2] }, false],
  "mrope without sections": [{ rope_type: "mrope" }, false],
  mrope: [{ rope_type: "mrope", mrope_section: [2, 1, 1] }, true],
  "that nobody has": [{ rope_type: "nosuch" }, false],
  "of a number": [{ rope_type: 5 }, false],
  "that is a text": ["linear", false],
  "that is a list": [[{ rope_type: "linear", factor: 2 }], false],
};

/** Which types of a changed model load: all, none, or these. */
type Loads = boolean | readonly string[];
const QWENS = ["qwen2", "qwen3"];
const SLIDES = "sliding_attention";
const FULL = "full_attention";

/** What is changed in a configuration, and whether mlx-lm 0.32.2, or transformers 5.24 with it, takes it. */
const FIELDS: Readonly<Record<string, readonly [change: Json, loads: Loads]>> = {
  "a bias that is null": [{ attention_bias: null }, ["mistral", "qwen2"]],
  "an inner bias that is null": [{ mlp_bias: null }, ["mistral", ...QWENS]],
  "a length that is null": [{ max_position_embeddings: null }, false],
  "a length that is a text": [{ max_position_embeddings: "256" }, false],
  "a length that is not whole": [{ max_position_embeddings: 256.5 }, false],
  "an end that is a text": [{ eos_token_id: "2" }, false],
  "an end that is a list": [{ eos_token_id: [2, 0] }, true],
  "an end that is null": [{ eos_token_id: null }, true],
  "an epsilon that is a text": [{ rms_norm_eps: "1e-5" }, false],
  "an epsilon that is null": [{ rms_norm_eps: null }, false],
  "a whole epsilon": [{ rms_norm_eps: 1 }, false],
  "a text part that is null": [{ text_config: null, quantization_config: undefined }, false],
  "a text part and a packing that are null": [
    { text_config: null, quantization_config: null },
    true,
  ],
  "an empty text part": [{ text_config: {}, quantization_config: undefined }, true],
  "no rope_theta, and other parameters": [
    { rope_theta: undefined, rope_parameters: { rope_type: "default" } },
    ["llama", "mistral", "qwen2"],
  ],
  "no rope_theta, and no parameters": [
    { rope_theta: undefined, rope_parameters: null },
    ["llama", "mistral", "qwen2"],
  ],
  "parameters that are null": [{ rope_parameters: null }, true],
};

/** Kinds of two layers, and which types mlx-lm 0.32.2 and transformers 5.24 load with them. */
const KINDS: Readonly<Record<string, readonly [kinds: unknown, loads: Loads]>> = {
  "the first odd": [["nosuch", FULL], false],
  "the last odd": [[FULL, "nosuch"], false],
  "one of another sort": [["chunked_attention", FULL], true],
  "a number": [[FULL, 5], false],
  "all full": [[FULL, FULL], true],
  "one that slides": [[SLIDES, FULL], true],
  "all that slide": [[SLIDES, SLIDES], QWENS],
  null: [null, true],
  "in a text": [FULL, false],
  "in an object": [{}, false],
};

/** Cases by name. */
export const CONFIGURATION_CASES: Readonly<Record<string, VerdictCase>> = {
  ...named("with a rope_scaling", SCALINGS, ([rope_scaling, loads]) =>
    changed({ rope_scaling }, loads ? TAKEN : REFUSED),
  ),
  ...named("with", FIELDS, ([change, loads]) => changed(change, takenBy(loads))),
  ...named("with kinds of layers,", KINDS, ([layer_types, loads]) => ({
    apply: (model) => withConfig(plain(model, { layers: 2 }), { layer_types, sliding_window: 8 }),
    expected: takenBy(loads),
    isDownloaded: true,
  })),
  ...PACKED_CASES,
  ...PROCESSOR_CASES,
  "with a size that is written with a point": {
    apply: (model) =>
      withText(model, (text) => text.replace(/("hidden_size": \d+)/, (size) => `${size}.0`)),
    expected: { ...REFUSED, [SWIFT]: true },
    isDownloaded: true,
  },
  "without a rope_theta": {
    apply: (model) => withConfig(model, { rope_theta: undefined }),
    expected: ({ config }) => ({ [LM]: config["model_type"] !== "qwen3" }),
    isDownloaded: true,
  },
  "with its rope_theta in another place": {
    apply: (model) =>
      withConfig(model, { rope_theta: undefined, rope_parameters: { rope_theta: 10_000 } }),
    expected: TAKEN,
    isDownloaded: true,
  },
  "with packing in a file of its own": {
    apply: (model) => [
      ...plain(model).files,
      {
        path: "hf_quant_config.json",
        bytes: jsonBytes({ quant_method: "modelopt", quantization: { quant_algo: "NVFP4" } }),
        lfs: false,
      },
    ],
    expected: { [LM]: true, "mlx-lm 0.31.3": false, "mlx-lm 0.32.0": true },
    isDownloaded: true,
  },
  "with names that lack a prefix": {
    apply: (model) =>
      isOf(model, "qwen3")
        ? renamed(plain(model, { shards: 1 }), (name) => name.replace(/^model\./, ""))
        : model.files,
    expected: (model) =>
      isOf(model, "qwen3") ? { [LM]: false, "mlx-embeddings 0.1.0": true } : TAKEN,
    isDownloaded: true,
  },
  // The newest release has them no longer.
  "of a type that mlx-lm has dropped": {
    apply: (model) => withConfig(plain(model), { model_type: "muse_spark_open" }),
    expected: { [LM]: false },
    isDownloaded: false,
  },
  "of a type that mlx-vlm has dropped": {
    apply: (model) => withConfig(plain(model), { model_type: "nanoLlava" }),
    expected: { [VLM]: false },
    isDownloaded: false,
  },
  "with weights that are consolidated": {
    apply: (model) =>
      plain(model, { shards: 1, index: false }).files.map((file) =>
        file.path === "model.safetensors" ? { ...file, path: "consolidated.safetensors" } : file,
      ),
    expected: { [LM]: false, [VLM]: false, [SWIFT]: true },
    isDownloaded: false,
  },
};

function isOf({ config }: TinyModel, type: string): boolean {
  return config["model_type"] === type;
}

function takenBy(loads: Loads): VerdictCase["expected"] {
  return ({ config }) => ({
    [LM]: Array.isArray(loads) ? loads.includes(config["model_type"]) : loads === true,
  });
}

function changed(change: Json, expected: VerdictCase["expected"]): VerdictCase {
  return { apply: (model) => withConfig(model, change), expected, isDownloaded: true };
}
