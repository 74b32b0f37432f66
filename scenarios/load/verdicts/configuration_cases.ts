/**
 * Configurations, and small files beside them, about which runtimes differ: what their sources do with each.
 *
 * @module
 */

import {
  jsonBytes,
  type Tensor,
  tensorsOf,
  tinyLlama,
  type TinyLlamaOptions,
  writeSafetensors,
} from "../../../harness/internal.ts";
import type { ModelFile, TinyModel } from "../../../harness/mod.ts";
import type { Expected, VerdictCase } from "./verdict_case.ts";

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
  "mrope without sections": [{ rope_type: "mrope" }, false],
  mrope: [{ rope_type: "mrope", mrope_section: [2, 1, 1] }, true],
  "that nobody has": [{ rope_type: "nosuch" }, false],
  "of a number": [{ rope_type: 5 }, false],
  "that is a text": ["linear", false],
  "that is a list": [[{ rope_type: "linear", factor: 2 }], false],
};

/** What is changed in a configuration, and whether mlx-lm 0.32.2, or transformers 5.24 with it, takes it. */
const FIELDS: Readonly<Record<string, readonly [change: Json, loads: boolean]>> = {
  "a layer of an odd kind": [{ layer_types: ["chunked_attention"] }, false],
  "a bias that is null": [{ attention_bias: null }, false],
  "a length that is null": [{ max_position_embeddings: null }, false],
  "an end that is a text": [{ eos_token_id: "2" }, false],
  "an end that is a list": [{ eos_token_id: [2, 0] }, true],
  "an epsilon that is a text": [{ rms_norm_eps: "1e-5" }, false],
  "a whole epsilon": [{ rms_norm_eps: 1 }, false],
  "a text part that is null": [{ text_config: null, quantization_config: undefined }, false],
};

/** Packings of other tools, and which runtimes read them. */
const PACKINGS: Readonly<Record<string, readonly [block: Json, expected: Expected]>> = {
  awq: [
    { quant_method: "awq", bits: 4 },
    { [LM]: true, [SWIFT]: false, [VLM]: false },
  ],
  gptq: [
    { quant_method: "gptq", bits: 4 },
    { [LM]: true, [SWIFT]: false, [VLM]: false },
  ],
  bitnet: [{ quant_method: "bitnet" }, { [LM]: true, [SWIFT]: false, [VLM]: false }],
  hqq: [{ quant_method: "hqq" }, { [LM]: false, [SWIFT]: false, [VLM]: false }],
  mxfp4: [{ quant_method: "mxfp4" }, { [LM]: true, [SWIFT]: true, [VLM]: true }],
  mxfp8: [{ quant_method: "mxfp8" }, { [LM]: true, [SWIFT]: true, [VLM]: false }],
  fp8: [{ quant_method: "fp8" }, { [LM]: false, [SWIFT]: false, [VLM]: true }],
  "fp8 in blocks": [
    { quant_method: "fp8", scale_fmt: "ue8m0", weight_block_size: [32, 32] },
    { [LM]: true, [SWIFT]: false, [VLM]: true, "mlx-vlm 0.6.8": false, "mlx-vlm 0.6.9": true },
  ],
  "fp8 in long blocks": [
    { quant_method: "fp8", scale_fmt: "ue8m0", weight_block_size: [32, 128] },
    { [LM]: false },
  ],
  "fp8 in blocks with other scales": [
    { quant_method: "fp8", scale_fmt: "f32", weight_block_size: [32, 32] },
    { [LM]: false },
  ],
  "modelopt's NVFP4": [{ quant_method: "modelopt", quant_algo: "NVFP4" }, { [LM]: true }],
  "modelopt's FP8": [
    { quant_method: "modelopt", quant_algo: "FP8" },
    { [LM]: false, [SWIFT]: false, [VLM]: true },
  ],
  ...Object.fromEntries(
    [
      ["pack-quantized", true],
      ["nvfp4-pack-quantized", true],
      ["mxfp4-pack-quantized", true],
      ["float-quantized", false],
    ].map(([format, loads]) => [
      `compressed-tensors, ${String(format)}`,
      [
        { quant_method: "compressed-tensors", format },
        { [LM]: loads === true, [SWIFT]: false, [VLM]: true },
      ],
    ]),
  ),
};

/** Cases by name. */
export const CONFIGURATION_CASES: Readonly<Record<string, VerdictCase>> = {
  ...named("with a rope_scaling", SCALINGS, ([rope_scaling, loads]) =>
    changed({ rope_scaling }, loads ? TAKEN : REFUSED),
  ),
  ...named("with", FIELDS, ([change, loads]) => changed(change, loads ? TAKEN : REFUSED)),
  ...named("packed by", PACKINGS, ([quantization_config, expected]) => ({
    apply: (model) => withConfig(plain(model), { quantization_config }),
    expected,
    isDownloaded: true,
  })),
  "packed by hqq, as its text part says": {
    apply: (model) =>
      withConfig(plain(model), { text_config: { quantization_config: { quant_method: "hqq" } } }),
    expected: { [LM]: false, [SWIFT]: false, [VLM]: false },
    isDownloaded: true,
  },
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
        bytes: jsonBytes({ quantization: { quant_algo: "NVFP4" } }),
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
  "with weights that are consolidated": {
    apply: (model) =>
      plain(model, { shards: 1, index: false }).files.map((file) =>
        file.path === "model.safetensors" ? { ...file, path: "consolidated.safetensors" } : file,
      ),
    expected: { [LM]: false, [VLM]: false, [SWIFT]: true },
    isDownloaded: false,
  },
  ...Object.fromEntries(
    [
      ["preprocessor_config.json", "Qwen2VLProcessor", true],
      ["processor_config.json", "Qwen2VLProcessor", true],
      ["preprocessor_config.json", "NoSuchProcessor", false],
      ["processor_config.json", "NoSuchProcessor", false],
      ["special_tokens_map.json", "NoSuchProcessor", true],
    ].map(([path, processor_class, loads]) => [
      `of images, with ${String(processor_class)} in ${String(path)}`,
      {
        apply: () => [
          ...ofImages().filter((file) => file.path !== path),
          { path: String(path), bytes: jsonBytes({ processor_class }), lfs: false },
        ],
        expected: { [SWIFT]: loads === true, [LM]: true, [VLM]: true, "mlx-lm 0.26.3": false },
        isDownloaded: true,
      },
    ]),
  ),
};

/** The same model in full precision. */
function plain({ config }: TinyModel, options: Partial<TinyLlamaOptions> = {}): TinyModel {
  const family = config["model_type"] as TinyLlamaOptions["family"];
  return tinyLlama({ family, shards: 2, quantization: undefined, ...options });
}

function isOf({ config }: TinyModel, type: string): boolean {
  return config["model_type"] === type;
}

/** A model of images and text, of which there is only the text's part. */
function ofImages(): readonly ModelFile[] {
  const text = tinyLlama({ family: "qwen2", quantization: undefined, index: false });
  const { architectures: _names, ...text_config } = text.config;
  const config = { model_type: "qwen2_vl", vision_config: { depth: 1 }, text_config };
  return renamed(text, (name) => `language_model.${name}`).map((file) =>
    file.path === "config.json" ? { ...file, bytes: jsonBytes(config) } : file,
  );
}

/** The files of a model whose tensors have other names; an index would name the former. */
function renamed(model: TinyModel, rename: (name: string) => string): readonly ModelFile[] {
  const change = (tensor: Tensor) => ({ ...tensor, name: rename(tensor.name) });
  return model.files
    .filter(({ path }) => !path.endsWith(".index.json"))
    .map((file) =>
      model.weightFiles.includes(file.path)
        ? { ...file, bytes: writeSafetensors(tensorsOf(file.bytes).map(change)) }
        : file,
    );
}

function changed(change: Json, expected: Expected): VerdictCase {
  return { apply: (model) => withConfig(model, change), expected, isDownloaded: true };
}

function named<T>(
  prefix: string,
  table: Readonly<Record<string, T>>,
  toCase: (row: T) => VerdictCase,
): Record<string, VerdictCase> {
  return Object.fromEntries(
    Object.entries(table).map(([name, row]) => [`${prefix} ${name}`, toCase(row)]),
  );
}

/** JSON leaves out what is changed to `undefined`. */
function withConfig(model: TinyModel, change: Json): ModelFile[] {
  return withText(model, () => JSON.stringify({ ...model.config, ...change }));
}

function withText({ files }: TinyModel, change: (text: string) => string): ModelFile[] {
  return files.map((file) =>
    file.path === "config.json"
      ? { ...file, bytes: Buffer.from(change(new TextDecoder().decode(file.bytes))) }
      : file,
  );
}
