import { believesPacking, packedBy, type RuntimeDefinition, topFiles } from "./runtime.ts";

/** Python's mlx-vlm, which loads plain language models too. */
export const mlxVlm: RuntimeDefinition = {
  name: "mlx-vlm",
  kinds: ["language", "vision", "embedding", "reranker", "draft", "audio"],
  since: "0.1.15",
  home: "PyPI mlx-vlm",
  rules: [
    {
      source: "mlx_vlm/utils.py load_model @ 0.7.10: what the index names, else *.safetensors",
      judge: (facts) =>
        topFiles(facts, /(?<!consolidated)\.safetensors$/).length > 0
          ? undefined
          : {
              why: "there is no *.safetensors at the top but consolidated ones",
              remedy: "use a repository with weights of MLX",
            },
    },
    {
      source: "mlx_vlm/utils.py load_model @ 0.7.10",
      judge: (facts) => {
        const method = packedBy(facts);
        const isRead = ["compressed-tensors", "mxfp4", "fp8", "modelopt"].includes(method ?? "");
        return method === undefined || isRead
          ? undefined
          : {
              why: `it does not read weights that are packed by "${method}"`,
              remedy: "use a repository with MLX's own packing, such as one of mlx-community",
            };
      },
    },
    {
      source: "mlx_vlm/utils.py _quantization_for_module_path @ 0.7.10",
      judge: believesPacking,
    },
    {
      from: "0.6.0",
      before: "0.6.9",
      source:
        "mlx_vlm/utils.py _load_safetensors @ 0.6.0 to 0.6.8: opens weights of F8_E8M0 for writing",
      judge: ({ config }) => {
        const block = config["quantization_config"];
        const isE8 = JSON.stringify(block ?? "").includes("ue8m0");
        return isE8
          ? {
              why: "it rewrites the header of the weight file while it reads it, also in a shared cache",
              remedy: "use mlx-vlm 0.6.9 or later",
            }
          : undefined;
      },
    },
  ],
};
