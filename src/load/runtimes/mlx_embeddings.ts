import { believesPacking, type RuntimeDefinition } from "./runtime.ts";

/** Python's mlx-embeddings. */
export const mlxEmbeddings: RuntimeDefinition = {
  name: "mlx-embeddings",
  kinds: ["language", "vision", "embedding", "reranker"],
  lookUp: (modelType) => modelType.replaceAll("-", "_"),
  since: "0.1.0",
  home: "PyPI mlx-embeddings",
  rules: [
    {
      source:
        "mlx_embeddings/utils.py load_model @ 0.1.0: nn.quantize with the configuration's block",
      judge: believesPacking,
    },
    {
      source:
        "mlx_embeddings/utils.py load_model @ 0.1.0: **/model*.safetensors, else weight*.safetensors",
      judge: ({ paths }) =>
        paths.some(
          (path) =>
            /(?:^|\/)model[^/]*\.safetensors$/.test(path) ||
            /^weight[^/]*\.safetensors$/.test(path),
        )
          ? undefined
          : {
              why: "it opens model*.safetensors or weight*.safetensors, and there is neither",
              remedy: "rename the weight file to model.safetensors",
            },
    },
  ],
};
