/**
 * Models whose weights another tool packed, and which runtimes read them.
 *
 * @module
 */

import { encodeFloats, jsonBytes, seededNumbers, type Tensor } from "../../../harness/internal.ts";
import type { ModelFile, TinyModel } from "../../../harness/mod.ts";
import { moduleFiles, moduleModels } from "../modules/module_models.ts";
import type { Expected, VerdictCase } from "./verdict_case.ts";
import { named, plain, withConfig, withTensors } from "./verdict_models.ts";

type Json = Readonly<Record<string, unknown>>;

const LM = "mlx-lm 0.32.2";
const SWIFT = "mlx-swift-lm 3.31.4";
const VLM = "mlx-vlm 0.7.10";
const GROUP_SIZE = 32;
/** The layer that is packed; mlx-lm takes the others as they are. */
const LAYER = "model.layers.0.mlp.up_proj";
const LINEAR = [
  ...["q_proj", "k_proj", "v_proj", "o_proj"].map((one) => `model.layers.0.self_attn.${one}`),
  ...["gate_proj", "up_proj", "down_proj"].map((one) => `model.layers.0.mlp.${one}`),
  "lm_head",
];

/** What tools make of a matrix of so many rows and columns, by the ends of the tensors' names. */
const PACKED_LAYERS = {
  // Also of gptq without an order of its own.
  awq: (rows, columns) => [
    words("qweight", [columns, rows / 8]),
    words("qzeros", [columns / GROUP_SIZE, rows / 8]),
    halves("scales", [columns / GROUP_SIZE, rows]),
  ],
  hqq: (rows, columns) => [
    bytes("W_q", [rows / 2, columns]),
    halves("scale", [rows, 1]),
    halves("zero", [rows, 1]),
  ],
  bitsandbytes: (rows, columns) => [
    bytes("weight", [(rows * columns) / 2, 1]),
    bytes("weight.absmax", [(rows * columns) / 64]),
    bytes("weight.quant_state.bitsandbytes__nf4", [8]),
  ],
  modelopt: (rows, columns) => [
    bytes("weight", [rows, columns / 2]),
    { ...bytes("weight_scale", [rows, columns / 16]), dtype: "F8_E4M3" },
    halves("weight_scale_2", [1]),
    halves("input_scale", [1]),
  ],
  fp8: (rows, columns) => [bytes("weight", [rows, columns]), halves("weight_scale_inv", [1, 1])],
} as const satisfies Readonly<Record<string, (rows: number, columns: number) => readonly Tensor[]>>;

/** Packings of other tools, which runtimes read them, and as which of these a layer is packed. */
const PACKINGS: Readonly<
  Record<string, readonly [block: Json, expected: Expected, layer?: keyof typeof PACKED_LAYERS]>
> = {
  awq: [
    { quant_method: "awq", bits: 4, group_size: 32 },
    { [LM]: true, [SWIFT]: false, [VLM]: false },
    "awq",
  ],
  gptq: [
    { quant_method: "gptq", bits: 4, group_size: 32 },
    { [LM]: true, [SWIFT]: false, [VLM]: false },
    "awq",
  ],
  // Whose layers are all left as they are: there is no kernel for others without Metal.
  bitnet: [
    { quant_method: "bitnet", modules_to_not_convert: LINEAR },
    { [LM]: true, [SWIFT]: false, [VLM]: false },
  ],
  hqq: [{ quant_method: "hqq" }, { [LM]: false, [SWIFT]: false, [VLM]: false }, "hqq"],
  bitsandbytes: [
    { quant_method: "bitsandbytes", load_in_4bit: true },
    { [LM]: false, [SWIFT]: false, [VLM]: false },
    "bitsandbytes",
  ],
  mxfp4: [{ quant_method: "mxfp4" }, { [LM]: true, [SWIFT]: true, [VLM]: true }],
  mxfp8: [{ quant_method: "mxfp8" }, { [LM]: true, [SWIFT]: true, [VLM]: false }],
  fp8: [{ quant_method: "fp8" }, { [LM]: false, [SWIFT]: false, [VLM]: true }, "fp8"],
  "fp8 in blocks": [
    { quant_method: "fp8", scale_fmt: "ue8m0", weight_block_size: [32, 32] },
    { [LM]: true, [SWIFT]: false, [VLM]: true, "mlx-vlm 0.6.8": false, "mlx-vlm 0.6.9": true },
  ],
  "fp8 in long blocks": [
    { quant_method: "fp8", scale_fmt: "ue8m0", weight_block_size: [32, 128] },
    { [LM]: false },
    "fp8",
  ],
  "fp8 in blocks with other scales": [
    { quant_method: "fp8", scale_fmt: "f32", weight_block_size: [32, 32] },
    { [LM]: false },
    "fp8",
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
export const PACKED_CASES: Readonly<Record<string, VerdictCase>> = {
  ...named("packed by", PACKINGS, ([quantization_config, expected, layer]) => ({
    apply: (model) => packed(model, { change: { quantization_config }, layer }),
    expected,
    isDownloaded: true,
  })),
  "packed by fp8, which its class unpacks": {
    apply: () => {
      const one = moduleModels().find(
        ({ module, packing }) => module === "ministral3" && packing === "plain",
      );
      if (one === undefined) return [];
      const config = { ...one.config, quantization_config: { quant_method: "fp8" } };
      return moduleFiles({ ...one, config });
    },
    expected: { [LM]: true },
    isDownloaded: true,
  },
  // Only the headers show it, and a file of its own says what it is.
  "packed by modelopt, as a file of its own says": {
    apply: (model) => [
      ...packed(model, { change: {}, layer: "modelopt" }),
      {
        path: "hf_quant_config.json",
        bytes: jsonBytes({ quant_method: "modelopt", quantization: { quant_algo: "NVFP4" } }),
        lfs: false,
      },
    ],
    expected: { "mlx-lm 0.31.3": false },
    isDownloaded: true,
  },
  "packed by hqq, as its text part says": {
    apply: (model) => {
      const change = { text_config: { quantization_config: { quant_method: "hqq" } } };
      return packed(model, { change, layer: "hqq" });
    },
    expected: { [LM]: false, [SWIFT]: false, [VLM]: false },
    isDownloaded: true,
  },
};

function packed(
  model: TinyModel,
  {
    change,
    layer,
  }: { readonly change: Json; readonly layer: keyof typeof PACKED_LAYERS | undefined },
): ModelFile[] {
  const whole = plain(model);
  if (layer === undefined) return withConfig(whole, change);
  const files = withTensors(whole, (tensor) => {
    if (tensor.name !== `${LAYER}.weight`) return [tensor];
    const [rows = 0, columns = 0] = tensor.shape;
    const parts = PACKED_LAYERS[layer](rows, columns);
    return parts.map((part) => ({ ...part, name: `${LAYER}.${part.name}` }));
  });
  return withConfig({ ...whole, files }, change);
}

function words(name: string, shape: readonly number[]): Tensor {
  return { name, dtype: "I32", shape, data: noise(name, 4 * countOf(shape)) };
}

function bytes(name: string, shape: readonly number[]): Tensor {
  return { name, dtype: "U8", shape, data: noise(name, countOf(shape)) };
}

function halves(name: string, shape: readonly number[]): Tensor {
  const numbers = seededNumbers(countOf(shape), { seed: 1, name, center: 0.01, spread: 0.002 });
  return { name, dtype: "F16", shape, data: encodeFloats(numbers, "F16") };
}

function noise(name: string, sizeBytes: number): Uint8Array {
  const numbers = seededNumbers(Math.ceil(sizeBytes / 4), { seed: 2, name, spread: 1 });
  return new Uint8Array(numbers.buffer).slice(0, sizeBytes);
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, one) => product * one, 1);
}
