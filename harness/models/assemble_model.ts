import type { ModelFile, TinyModel } from "./model_file.ts";
import { jsonBytes, tinyTokenizer } from "./tiny_tokenizer.ts";
import type { TinyLlamaOptions } from "./tiny_llama_options.ts";
import { type Tensor, writeSafetensors } from "./write_safetensors.ts";

/** What decides the files of a tiny model beside its tensors. */
export type AssembleOptions = Pick<
  TinyLlamaOptions,
  | "chatTemplate"
  | "duplicateBlob"
  | "extraFiles"
  | "generationConfig"
  | "hiddenSize"
  | "index"
  | "lfsTokenizer"
  | "nested"
  | "shards"
  | "staleIndex"
  | "vocabSize"
>;

/** Makes a complete repository: configuration, weights in shards, index, tokenizer and side files. */
export function assembleModel(
  options: AssembleOptions,
  {
    config,
    tensors,
    label,
  }: Pick<TinyModel, "config" | "label"> & { readonly tensors: readonly Tensor[] },
): TinyModel {
  const weights = weightFiles(tensors, options.shards);
  const files: ModelFile[] = [
    { path: "config.json", bytes: jsonBytes(config), lfs: false },
    ...weights.map(({ path, bytes }) => ({ path, bytes, lfs: true })),
    ...tinyTokenizer({ ...options, lfs: options.lfsTokenizer }),
  ];
  if (options.index) {
    const shown = options.staleIndex ? weightFiles(tensors, options.shards + 1) : weights;
    files.push({ path: "model.safetensors.index.json", bytes: indexBytes(shown), lfs: false });
  }
  files.push(...sideFiles(options, files));
  return { files, weightFiles: weights.map(({ path }) => path), config, label };
}

interface Shard {
  readonly path: string;
  readonly tensors: readonly Tensor[];
  readonly bytes: Uint8Array;
}

function weightFiles(tensors: readonly Tensor[], shards: number): Shard[] {
  const totalBytes = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const groups: Tensor[][] = Array.from({ length: shards }, () => []);
  let seenBytes = 0;
  let current = 0;
  tensors.forEach((tensor, index) => {
    // By size, but never so that a shard is passed over or a later one would be left without a tensor.
    const bySize = Math.floor((seenBytes / totalBytes) * shards);
    const atLeast = shards - (tensors.length - index);
    current = Math.min(Math.max(bySize, atLeast, current), current + 1, shards - 1);
    groups[current]?.push(tensor);
    seenBytes += tensor.data.length;
  });
  return groups.map((group, index) => {
    const number = (value: number) => String(value).padStart(5, "0");
    const path =
      shards === 1
        ? "model.safetensors"
        : `model-${number(index + 1)}-of-${number(shards)}.safetensors`;
    return { path, tensors: group, bytes: writeSafetensors(group) };
  });
}

function indexBytes(shards: readonly Shard[]): Uint8Array {
  const names = shards.flatMap(({ path, tensors }) =>
    tensors.map(({ name }): [string, string] => [name, path]),
  );
  const total_size = shards
    .flatMap(({ tensors }) => tensors)
    .reduce((sum, { data }) => sum + data.length, 0);
  return jsonBytes({
    metadata: { total_size },
    weight_map: Object.fromEntries(names.sort(([a], [b]) => (a < b ? -1 : 1))),
  });
}

/** Files beside those that make the model. */
function sideFiles(options: AssembleOptions, files: readonly ModelFile[]): ModelFile[] {
  const text = (path: string, content: string): ModelFile => ({
    path,
    bytes: new TextEncoder().encode(content),
    lfs: false,
  });
  const side: ModelFile[] = [];
  if (options.generationConfig) {
    const content = { bos_token_id: 1, eos_token_id: 2, transformers_version: "4.46.0" };
    side.push({ path: "generation_config.json", bytes: jsonBytes(content), lfs: false });
  }
  if (options.nested) {
    const pooling = {
      word_embedding_dimension: options.hiddenSize,
      pooling_mode_mean_tokens: true,
    };
    side.push({ path: "1_Pooling/config.json", bytes: jsonBytes(pooling), lfs: false });
    side.push(text("onnx/config.json", '{"model_type": "llama"}\n'));
  }
  const tokenizer = files.find(({ path }) => path === "tokenizer.json");
  if (options.duplicateBlob && tokenizer !== undefined) {
    side.push({ ...tokenizer, path: "original/tokenizer.json" });
  }
  if (options.extraFiles) {
    side.push(text("README.md", "---\nlibrary_name: mlx\ntags:\n- mlx\n---\n\n# A tiny model\n"));
    side.push(text(".gitattributes", "*.safetensors filter=lfs diff=lfs merge=lfs -text\n"));
    side.push(text("LICENSE", "Anyone may use this model for anything.\n"));
  }
  return side;
}
