import {
  believesPacking,
  type ModelFacts,
  type Obstacle,
  packedBy,
  type RuntimeDefinition,
  topFiles,
} from "./runtime.ts";
import { versionsOfType } from "./type_versions.ts";

const LOAD = "Libraries/MLXLMCommon/Load.swift";

/** Swift's mlx-swift-lm. */
export const mlxSwiftLm: RuntimeDefinition = {
  name: "mlx-swift-lm",
  kinds: ["language", "vision", "embedding", "reranker", "draft"],
  registries: ["llm", "vlm", "embedder", "reranker", "drafter"],
  since: "2.21.2",
  home: "ml-explore/mlx-swift-lm",
  rules: [
    {
      source: "swift-transformers AutoTokenizer.from(modelFolder:) @ 1.1.9",
      judge: ({ kind, paths }) => {
        if (kind === "draft") return undefined;
        const absent = ["tokenizer.json", "tokenizer_config.json"].filter(
          (path) => !paths.includes(path),
        );
        return absent.length === 0
          ? undefined
          : {
              why: `it must have ${absent.join(" and ")}`,
              remedy: "save the tokenizer with transformers (save_pretrained), which writes both",
            };
      },
    },
    {
      before: "main",
      source: `${LOAD} loadWeights @ 3.31.4: every *.safetensors at any depth`,
      judge: otherWeights,
    },
    {
      source: `${LOAD} loadWeights and BaseConfiguration @ 3.31.4: only the block quantization is read`,
      judge: (facts) => {
        const method = packedBy(facts);
        return method === undefined || ["mxfp4", "mxfp8"].includes(method)
          ? undefined
          : {
              why: `it does not read weights that are packed by "${method}"`,
              remedy: "use a repository with MLX's own packing, such as one of mlx-community",
            };
      },
    },
    {
      source: `${LOAD} loadWeights @ 3.31.4: BaseConfiguration.quantization`,
      judge: believesPacking,
    },
    { source: "Libraries/MLXVLM/VLMModelFactory.swift @ 3.31.4", judge: processor },
  ],
};

function otherWeights(facts: ModelFacts): Obstacle | undefined {
  const own = topFiles(facts, /^(?:model|weight).*\.safetensors$/);
  const others = facts.paths.filter(
    (path) => path.endsWith(".safetensors") && !own.includes(path) && !facts.indexed.includes(path),
  );
  const [first] = others;
  if (first === undefined || own.length === 0) return undefined;
  return {
    why: `it opens every *.safetensors at any depth, and takes "${first}" for weights of the model`,
    remedy: "move that file out of the directory, or download without it (--exclude)",
  };
}

/** A vision model is opened with its processor, which has a registry of its own. */
function processor({ kind, processor: name }: ModelFacts): Obstacle | undefined {
  if (kind !== "vision" || name === undefined) return undefined;
  const known = versionsOfType("mlx-swift-lm", name, ["processor"]);
  return known !== undefined
    ? undefined
    : {
        why: `it has no processor "${name}"`,
        remedy: "use mlx-vlm, or a model of the same type with another processor",
      };
}
