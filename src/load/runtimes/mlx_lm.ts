import { strictConfig } from "./strict_config.ts";
import {
  believesPacking,
  type Obstacle,
  packedBy,
  packingBlock,
  type RuntimeDefinition,
  topFiles,
} from "./runtime.ts";

const LOAD = "mlx_lm/utils.py load_model";

/** Modules whose `sanitize` unpacks blocks of fp8. */
const FP8_MODULES: ReadonlySet<string> = new Set([
  "deepseek_v3",
  "deepseek_v32",
  "deepseek_v41",
  "deepseek_v41_text",
  "joyai_llm_flash",
  "kimi_k2",
  "mimo_v2_flash",
  "minimax",
  "minimax_m2",
  "minimax_m3_vl",
  "ministral3",
  "mistral4",
]);

/** Python's mlx-lm. */
export const mlxLm: RuntimeDefinition = {
  name: "mlx-lm",
  kinds: ["language", "vision", "embedding", "reranker", "draft"],
  since: "0.22.0",
  home: "PyPI mlx-lm",
  rules: [
    {
      source: `${LOAD} @ 0.22.0 to 0.32.2`,
      judge: (facts) =>
        topFiles(facts, /^model.*\.safetensors$/).length > 0
          ? undefined
          : {
              why: "it opens model*.safetensors only, and there is none",
              remedy: "rename the weight file to model.safetensors",
            },
    },
    {
      from: "0.32.0",
      source: `${LOAD} @ 0.32.2`,
      judge: ({ config, trustsModelCode }) =>
        (config["model_file"] ?? undefined) === undefined || trustsModelCode
          ? undefined
          : {
              why: "its model_file asks for code of its own, which is not trusted",
              remedy: "read the code, then use --trust-model-code",
            },
    },
    {
      before: "0.32.0",
      source: `${LOAD} @ 0.32.0, the first that reads hf_quant_config.json`,
      judge: ({ config, paths }) =>
        paths.includes("hf_quant_config.json") &&
        config["quantization"] === undefined &&
        config["quantization_config"] === undefined
          ? {
              why: "it does not read hf_quant_config.json, so that packed weights look like surplus tensors",
              remedy: "use mlx-lm 0.32.0 or later",
            }
          : undefined,
    },
    {
      before: "0.32.0",
      source: "mlx_lm/utils.py infer_quant_config @ 0.32.0, the first that has it",
      judge: believesPacking,
    },
    {
      source: "mlx_lm/models/qwen3.py sanitize @ 0.32.2",
      judge: ({ traits }) =>
        traits?.has("without-prefix") === true
          ? {
              why: 'the names of its tensors lack the prefix "model."',
              remedy: "use mlx-embeddings, or mlx-vlm for embeddings",
            }
          : undefined,
    },
    {
      from: "0.32.0",
      source: "mlx_lm/models/rope_utils.py @ 0.32.2; transformers 5.24, classes of configurations",
      judge: strictConfig,
    },
    { source: `${LOAD} and _compressed_tensors_quantization @ 0.32.2`, judge: packing },
  ],
};

/** Methods that it neither reads nor transforms: the weights then are surplus tensors. */
function packing(facts: Parameters<typeof packedBy>[0]): Obstacle | undefined {
  const method = packedBy(facts);
  const block = packingBlock(facts);
  const remedy = "use a repository with MLX's own packing, such as one of mlx-community";
  if (method === undefined || ["bitnet", "mxfp4", "mxfp8", "awq", "gptq"].includes(method))
    return undefined;
  if (method === "compressed-tensors") {
    const format = String(block["format"]);
    return /^(?:nvfp4-|mxfp4-)?pack-?quantized$/.test(format)
      ? undefined
      : { why: `it does not read compressed-tensors of the format "${format}"`, remedy };
  }
  if (method === "modelopt") {
    const algorithm = String(block["quant_algo"]);
    return algorithm === "NVFP4"
      ? undefined
      : { why: `it does not read modelopt's ${algorithm}`, remedy };
  }
  if (method === "fp8") {
    const size = block["weight_block_size"];
    const isMxfp8 =
      block["scale_fmt"] === "ue8m0" && Array.isArray(size) && size.every((one) => one === 32);
    if (isMxfp8 || FP8_MODULES.has(facts.modelType ?? "")) return undefined;
  }
  return { why: `it does not read weights that are packed by "${method}"`, remedy };
}
