/**
 * Models of types whose tensors no class of mlx-lm lists, whole or with what shows without a list.
 *
 * @module
 */

import {
  encodeFloats,
  jsonBytes,
  seededNumbers,
  type Tensor,
  tensorsOf,
  tinyLlama,
  tinyTokenizer,
  writeSafetensors,
} from "../../../harness/internal.ts";
import type { ModelFile } from "../../../harness/mod.ts";

const PREFIX = "language_model.";
const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** Types of mlx-vlm without a class in mlx-lm. */
const TYPES = ["idefics3", "smolvlm", "paligemma"];
const LAYERS = 3;

/** What a model breaks. */
export interface WrongPart {
  readonly id: "LOAD-TENSORS" | "LOAD-SHAPES";
  /** A text that an error has. */
  readonly named: string;
}

/** A model of an unlisted type. */
export interface UnlistedModel {
  readonly name: string;
  readonly files: readonly ModelFile[];
  /** Undefined for a sound one. */
  readonly wrong?: WrongPart;
}

interface Parts {
  readonly tensors: readonly Tensor[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly map?: Readonly<Record<string, string>>;
}

type Change = (parts: Parts, choose: number) => Parts & Pick<UnlistedModel, "wrong">;

const OWN = `${PREFIX}model.layers.1.mlp.up_proj`;
const TOWER = "vision_tower.blocks";

/** What is done to a model, by name. */
const CHANGES: Readonly<Record<string, Change>> = {
  nothing: (parts) => parts,
  "an index of the same names": (parts) => ({ ...parts, map: mapOf(parts.tensors) }),
  // So is one that was left from another packing.
  "an index of other names": (parts) => ({
    ...parts,
    map: Object.fromEntries(parts.tensors.map(({ name }) => [`other.${name}`, WEIGHTS])),
  }),
  "a layer is left out": (parts, choose) => {
    const layer = `${PREFIX}model.layers.${choose % LAYERS}`;
    return { ...without(parts, (name) => name.startsWith(`${layer}.`)), wrong: tensors(layer) };
  },
  "a stack of layers for images is there": (parts) => ({
    ...parts,
    tensors: [...parts.tensors, ...imageLayers([0, 1, 2])],
  }),
  "a layer for images is left out": (parts) => ({
    ...parts,
    tensors: [...parts.tensors, ...imageLayers([0, 2])],
    wrong: tensors(`${TOWER}.1`),
  }),
  "an index names what is nowhere": (parts) => ({
    ...without(parts, (name) => name.startsWith(OWN)),
    map: mapOf(parts.tensors),
    wrong: tensors(OWN),
  }),
  "the vocabulary is another": (parts) => ({
    ...parts,
    config: { ...parts.config, vocab_size: 300 },
    wrong: { id: "LOAD-SHAPES", named: `${PREFIX}model.embed_tokens` },
  }),
  // JSON leaves out what is undefined.
  "no vocabulary is stated": (parts) => ({
    ...parts,
    config: { ...parts.config, vocab_size: undefined },
  }),
  "biases are left out": (parts) => ({
    ...without(parts, (name) => name === `${OWN}.biases`),
    wrong: tensors(OWN),
  }),
  "a packed weight is left out": (parts) => ({
    ...without(parts, (name) => name === `${OWN}.weight`),
    wrong: tensors(OWN),
  }),
  "packed words are signed": (parts) => ({
    ...edited(parts, `${OWN}.weight`, (tensor) => ({ ...tensor, dtype: "I32" })),
    wrong: { id: "LOAD-SHAPES", named: OWN },
  }),
  "scales are too few": (parts) => ({
    ...edited(parts, `${OWN}.scales`, (tensor) =>
      cut(tensor, [(tensor.shape[0] ?? 2) / 2, ...tensor.shape.slice(1)]),
    ),
    wrong: { id: "LOAD-SHAPES", named: OWN },
  }),
  "scales have a dimension less": (parts) => ({
    ...edited(parts, `${OWN}.scales`, (tensor) => ({
      ...tensor,
      shape: [tensor.shape.reduce((product, one) => product * one, 1)],
    })),
    wrong: { id: "LOAD-SHAPES", named: OWN },
  }),
  "no packing has such rows": (parts) => ({
    ...edited(parts, `${OWN}.weight`, (tensor) => ({
      ...tensor,
      shape: [(tensor.shape[0] ?? 0) * (tensor.shape[1] ?? 0), 1],
    })),
    wrong: { id: "LOAD-SHAPES", named: OWN },
  }),
};

const NAMES = Object.keys(CHANGES);

/** Layers of a second stack, by their numbers. */
function imageLayers(numbers: readonly number[]): Tensor[] {
  return numbers.map((number) => {
    const name = `${TOWER}.${number}.attn.qkv.weight`;
    const data = encodeFloats(seededNumbers(64, { seed: number, name, spread: 0.1 }), "F16");
    return { name, dtype: "F16", shape: [8, 8], data };
  });
}

/** One of these models; each number up to {@linkcode UNLISTED_MODELS} is another one. */
export function unlistedModel(choose: number): UnlistedModel {
  const name = NAMES[choose % (NAMES.length + 1)];
  if (name === undefined) return { name: "a model of embeddings", files: embeddings() };
  const type = TYPES[Math.floor(choose / UNLISTED_MODELS) % TYPES.length] ?? "idefics3";
  const text = tinyLlama({ layers: LAYERS });
  const weights = text.files.find(({ path }) => path === WEIGHTS)?.bytes ?? Buffer.of();
  const own = tensorsOf(weights).map((tensor) => ({ ...tensor, name: PREFIX + tensor.name }));
  const { quantization, ...config } = text.config;
  const changed = CHANGES[name]?.({ tensors: own, config }, choose) ?? { tensors: own, config };
  const { tensors: kept, config: text_config, map, wrong } = changed;
  const json = { model_type: type, vision_config: { depth: 1 }, quantization, text_config };
  const files: ModelFile[] = [
    { path: "config.json", bytes: jsonBytes(json), lfs: false },
    { path: WEIGHTS, bytes: writeSafetensors(kept, { metadata: { format: "mlx" } }), lfs: true },
    ...tinyTokenizer({ vocabSize: 288, chatTemplate: "none" }),
  ];
  if (map !== undefined)
    files.push({ path: INDEX, bytes: jsonBytes({ weight_map: map }), lfs: false });
  return { name, files, ...(wrong !== undefined && { wrong }) };
}

/** How many of them there are. */
export const UNLISTED_MODELS = NAMES.length + 1;

/** A bert as transformers saves it, of two layers. */
function embeddings(): ModelFile[] {
  const sizes = { hidden_size: 8, intermediate_size: 16, max_position_embeddings: 32 };
  const vocab_size = 288;
  const layer = (at: number) => {
    const own = `encoder.layer.${at}.`;
    return [
      ...["query", "key", "value"].flatMap((part) => dense(`${own}attention.self.${part}`, [8, 8])),
      ...dense(`${own}attention.output.dense`, [8, 8]),
      ...dense(`${own}attention.output.LayerNorm`, [8]),
      ...dense(`${own}intermediate.dense`, [16, 8]),
      ...dense(`${own}output.dense`, [8, 16]),
      ...dense(`${own}output.LayerNorm`, [8]),
    ];
  };
  const all = [
    floats("embeddings.word_embeddings.weight", [vocab_size, 8]),
    floats("embeddings.position_embeddings.weight", [32, 8]),
    floats("embeddings.token_type_embeddings.weight", [2, 8]),
    ...dense("embeddings.LayerNorm", [8]),
    ...[0, 1].flatMap(layer),
    ...dense("pooler.dense", [8, 8]),
  ];
  const config = { model_type: "bert", num_hidden_layers: 2, vocab_size, ...sizes };
  return [
    { path: "config.json", bytes: jsonBytes(config), lfs: false },
    { path: WEIGHTS, bytes: writeSafetensors(all, { metadata: { format: "pt" } }), lfs: true },
    ...tinyTokenizer({ vocabSize: vocab_size, chatTemplate: "none" }),
  ];
}

function dense(name: string, shape: readonly number[]): Tensor[] {
  return [floats(`${name}.weight`, shape), floats(`${name}.bias`, shape.slice(0, 1))];
}

function floats(name: string, shape: readonly number[]): Tensor {
  const count = shape.reduce((product, one) => product * one, 1);
  const numbers = seededNumbers(count, { seed: 1, name, spread: 0.1 });
  return { name, dtype: "F32", shape, data: encodeFloats(numbers, "F32") };
}

function tensors(named: string): WrongPart {
  return { id: "LOAD-TENSORS", named };
}

function mapOf(all: readonly Tensor[]): Record<string, string> {
  return Object.fromEntries(all.map(({ name }) => [name, WEIGHTS]));
}

function without(parts: Parts, isLost: (name: string) => boolean): Parts {
  return { ...parts, tensors: parts.tensors.filter(({ name }) => !isLost(name)) };
}

function edited(parts: Parts, name: string, edit: (tensor: Tensor) => Tensor): Parts {
  return {
    ...parts,
    tensors: parts.tensors.map((tensor) => (tensor.name === name ? edit(tensor) : tensor)),
  };
}

/** The first values of a tensor, of a smaller shape. */
function cut(tensor: Tensor, shape: readonly number[]): Tensor {
  const count = (sizes: readonly number[]) => sizes.reduce((product, one) => product * one, 1);
  const sizeBytes = (tensor.data.length / count(tensor.shape)) * count(shape);
  return { ...tensor, shape, data: tensor.data.slice(0, sizeBytes) };
}
