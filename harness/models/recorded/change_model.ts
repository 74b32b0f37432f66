import type { ModelFile, TinyModel } from "../model_file.ts";
import { tensorsOf } from "../split_safetensors.ts";
import { jsonBytes } from "../tiny_tokenizer.ts";
import { type Tensor, writeSafetensors } from "../write_safetensors.ts";

/** Which bits of a tensor's bytes are taken away and set; byte `n` has the mask `n` modulo their number. */
export interface TensorMask {
  readonly tensor: string;
  readonly and?: readonly number[];
  readonly or?: readonly number[];
}

/** What is made otherwise of a model that is sound, and stays so. */
export interface ModelChange {
  /** Keys that `config.json`, or its part for text, says otherwise. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Keys that it does without. */
  readonly without?: readonly string[];
  readonly masks?: readonly TensorMask[];
  /** Whether each expert has tensors of its own, as weights have that no tool of MLX saved. */
  readonly expertsApart?: boolean;
}

/** Changes a model; the files that change are made anew. */
export function changeModel(model: TinyModel, change: ModelChange): TinyModel {
  const config = changedConfig(model.config, change);
  const files = model.files.map((file): ModelFile => {
    if (file.path === "config.json") return { ...file, bytes: jsonBytes(config) };
    if (!model.weightFiles.includes(file.path)) return file;
    const masked = tensorsOf(file.bytes).map((tensor) => maskedTensor(tensor, change));
    const tensors = change.expertsApart === true ? masked.flatMap(apart) : masked;
    return { ...file, bytes: writeSafetensors(tensors) };
  });
  // The index would name tensors that are no more.
  return {
    ...model,
    config,
    files: files.filter(({ path }) => path !== "model.safetensors.index.json"),
  };
}

function changedConfig(
  config: TinyModel["config"],
  { config: own = {}, without = [] }: ModelChange,
): Record<string, unknown> {
  const changed = (block: Readonly<Record<string, unknown>>) => ({
    ...Object.fromEntries(Object.entries(block).filter(([key]) => !without.includes(key))),
    ...own,
  });
  const text = config["text_config"];
  return typeof text === "object" && text !== null
    ? { ...config, text_config: changed(text as Record<string, unknown>) }
    : changed(config);
}

function maskedTensor(tensor: Tensor, { masks = [] }: ModelChange): Tensor {
  const own = masks.filter(({ tensor: name }) => name === tensor.name);
  return own.reduce((before, { and = [0xff], or = [0] }) => {
    const data = before.data.map(
      (byte, at) => (byte & (and[at % and.length] ?? 0xff)) | (or[at % or.length] ?? 0),
    );
    return { ...before, data };
  }, tensor);
}

/** What an expert's matrices are called in mixtral. */
const MIXTRAL_NAMES: Readonly<Record<string, string>> = {
  gate_proj: "w1",
  up_proj: "w3",
  down_proj: "w2",
};

function apart(tensor: Tensor): Tensor[] {
  const [before = "", rest] = tensor.name.split(".switch_mlp.");
  const [count = 1, ...shape] = tensor.shape;
  if (rest === undefined) return [tensor];
  const [matrix = "", part = ""] = rest.split(".");
  const name = before.endsWith("block_sparse_moe") ? MIXTRAL_NAMES[matrix] : matrix;
  const sizeBytes = tensor.data.length / count;
  return Array.from({ length: count }, (_, expert) => ({
    ...tensor,
    name: `${before}.experts.${expert}.${name}.${part}`,
    shape,
    data: tensor.data.subarray(expert * sizeBytes, (expert + 1) * sizeBytes),
  }));
}
