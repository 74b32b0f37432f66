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
import { METADATA_DIRECTORY } from "../../../spec/mod.ts";
import { type Bert, BERTS, bertFiles } from "./bert_models.ts";

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
  /** Tensors of a second weight file. */
  readonly beside?: readonly Tensor[];
  /** A file of the repository that is there no more. */
  readonly removed?: string;
  /** What the configuration says of the packing of {@linkcode OWN}, made of what it says of all. */
  readonly packing?: (general: Packing) => Partial<Packing>;
}

interface Packing {
  readonly bits: number;
  readonly group_size: number;
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
    tensors: [...parts.tensors, ...imageLayers(TOWER, [0, 1, 2])],
  }),
  // How many there are of text says nothing of them.
  "a stack of layers for images is smaller": (parts) => ({
    ...parts,
    tensors: [...parts.tensors, ...imageLayers("vision_tower.encoder.layers", [0, 1])],
  }),
  "the layers for images are in a file of their own": (parts) => ({
    ...parts,
    beside: imageLayers(TOWER, [0, 1]),
  }),
  "a layer for images is left out": (parts) => ({
    ...parts,
    tensors: [...parts.tensors, ...imageLayers(TOWER, [0, 2])],
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
  "a client's record of a removed file is left": (parts) => ({
    ...parts,
    removed: "._model.safetensors",
  }),
  // JSON leaves out what is undefined.
  "no vocabulary is stated": (parts) => ({
    ...parts,
    config: { ...parts.config, vocab_size: undefined },
  }),
  "a layer has an entry that says what all have": (parts) => ({ ...parts, packing: (all) => all }),
  "a layer has an entry of other bits": (parts) => ({
    ...parts,
    packing: (all) => ({ ...all, bits: all.bits === 8 ? 4 : 8 }),
    wrong: { id: "LOAD-SHAPES", named: OWN },
  }),
  "a layer has an entry of other groups": (parts) => ({
    ...parts,
    packing: (all) => ({ ...all, group_size: all.group_size === 64 ? 32 : 64 }),
    wrong: { id: "LOAD-SHAPES", named: OWN },
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
function imageLayers(stack: string, numbers: readonly number[]): Tensor[] {
  return numbers.map((number) => {
    const name = `${stack}.${number}.attn.qkv.weight`;
    const data = encodeFloats(seededNumbers(64, { seed: number, name, spread: 0.1 }), "F16");
    return { name, dtype: "F16", shape: [8, 8], data };
  });
}

/** One of these models; each number up to {@linkcode UNLISTED_MODELS} is another one. */
export function unlistedModel(choose: number): UnlistedModel {
  const at = choose % UNLISTED_MODELS;
  const embeddings = BERTS[at - NAMES.length];
  if (embeddings !== undefined) return bert(embeddings);
  const name = NAMES[at] ?? "nothing";
  const type = TYPES[Math.floor(choose / UNLISTED_MODELS) % TYPES.length] ?? "idefics3";
  const text = tinyLlama({ layers: LAYERS });
  const weights = text.files.find(({ path }) => path === WEIGHTS)?.bytes ?? Buffer.of();
  const own = tensorsOf(weights).map((tensor) => ({ ...tensor, name: PREFIX + tensor.name }));
  const { quantization, ...config } = text.config;
  const changed = CHANGES[name]?.({ tensors: own, config }, choose) ?? { tensors: own, config };
  const { tensors: kept, config: text_config, map, beside = [], removed, packing, wrong } = changed;
  const general = quantization as unknown as Packing;
  const packed = { ...general, ...(packing && { [OWN]: packing(general) }) };
  const json = { model_type: type, vision_config: { depth: 1 }, quantization: packed, text_config };
  const files: ModelFile[] = [
    { path: "config.json", bytes: jsonBytes(json), lfs: false },
    { path: WEIGHTS, bytes: writeSafetensors(kept, { metadata: { format: "mlx" } }), lfs: true },
    ...tinyTokenizer({ vocabSize: 288, chatTemplate: "none" }),
  ];
  if (beside.length > 0) {
    const bytes = writeSafetensors(beside, { metadata: { format: "mlx" } });
    files.push({ path: "model-vision.safetensors", bytes, lfs: true });
  }
  if (removed !== undefined) files.push(recordOf(removed));
  if (map !== undefined)
    files.push({ path: INDEX, bytes: jsonBytes({ weight_map: map }), lfs: false });
  return { name, files, ...(wrong !== undefined && { wrong }) };
}

/** How many of them there are. */
export const UNLISTED_MODELS = NAMES.length + BERTS.length;

/** What the official client writes of a file that it downloads. */
function recordOf(path: string): ModelFile {
  const text = `${"a".repeat(40)}\n${"b".repeat(64)}\n1700000000.0\n`;
  return { path: `${METADATA_DIRECTORY}/${path}.metadata`, bytes: Buffer.from(text), lfs: false };
}

function bert(how: Bert): UnlistedModel {
  const { name, lost } = how;
  return { name, files: bertFiles(how), ...(lost !== undefined && { wrong: tensors(lost) }) };
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
