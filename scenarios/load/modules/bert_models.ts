/**
 * A model of embeddings, of whose tensors no class of mlx-lm has a list: as another tool saved it, or as MLX did.
 *
 * @module
 */

import {
  encodeFloats,
  jsonBytes,
  quantizeAffine,
  seededNumbers,
  type Tensor,
  tinyTokenizer,
  writeSafetensors,
} from "../../../harness/internal.ts";
import type { ModelFile } from "../../../harness/mod.ts";

/** How one is made. */
export interface Bert {
  readonly name: string;
  /** What the header says of who saved it. */
  readonly format: "pt" | "mlx";
  readonly isPacked: boolean;
  /** The layer whose biases are left out. */
  readonly lost?: string;
}

const LOST = "encoder.layer.1.attention.self.query";

/** Sound ones, and one whose packed layer lacks a part. */
export const BERTS: readonly Bert[] = [
  { name: "a model of embeddings", format: "pt", isPacked: false },
  { name: "a model of embeddings that MLX saved", format: "mlx", isPacked: false },
  { name: "a packed model of embeddings", format: "mlx", isPacked: true },
  {
    name: "a packed model of embeddings without biases",
    format: "mlx",
    isPacked: true,
    lost: LOST,
  },
];

const SIZES = { hidden_size: 32, intermediate_size: 64, max_position_embeddings: 32 };
const VOCABULARY = 288;
const PACKING = { bits: 4, groupSize: 32 } as const;

/** Its files, of two layers. */
export function bertFiles({ format, isPacked, lost }: Bert): ModelFile[] {
  const { hidden_size: hidden, intermediate_size: middle, max_position_embeddings: places } = SIZES;
  const layer = (at: number) => {
    const own = `encoder.layer.${at}.`;
    return [
      ...["query", "key", "value"].flatMap((part) =>
        dense(`${own}attention.self.${part}`, [hidden, hidden]),
      ),
      ...dense(`${own}attention.output.dense`, [hidden, hidden]),
      ...dense(`${own}attention.output.LayerNorm`, [hidden]),
      ...dense(`${own}intermediate.dense`, [middle, hidden]),
      ...dense(`${own}output.dense`, [hidden, middle]),
      ...dense(`${own}output.LayerNorm`, [hidden]),
    ];
  };
  const all = [
    floats("embeddings.word_embeddings.weight", [VOCABULARY, hidden]),
    floats("embeddings.position_embeddings.weight", [places, hidden]),
    floats("embeddings.token_type_embeddings.weight", [2, hidden]),
    ...dense("embeddings.LayerNorm", [hidden]),
    ...[0, 1].flatMap(layer),
    ...dense("pooler.dense", [hidden, hidden]),
  ];
  const quantization = { bits: PACKING.bits, group_size: PACKING.groupSize };
  const config = {
    model_type: "bert",
    num_hidden_layers: 2,
    vocab_size: VOCABULARY,
    ...SIZES,
    ...(isPacked && { quantization, quantization_config: quantization }),
  };
  const tensors = (isPacked ? all.flatMap(packed) : all).filter(
    ({ name }) => name !== `${lost}.biases`,
  );
  return [
    { path: "config.json", bytes: jsonBytes(config), lfs: false },
    {
      path: "model.safetensors",
      bytes: writeSafetensors(tensors, { metadata: { format } }),
      lfs: true,
    },
    ...tinyTokenizer({ vocabSize: VOCABULARY, chatTemplate: "none" }),
  ];
}

function dense(name: string, shape: readonly number[]): Tensor[] {
  return [floats(`${name}.weight`, shape), floats(`${name}.bias`, shape.slice(0, 1))];
}

function floats(name: string, shape: readonly number[]): Tensor {
  return { name, dtype: "F32", shape, data: encodeFloats(numbersOf(name, shape), "F32") };
}

function numbersOf(name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, one) => product * one, 1);
  return seededNumbers(count, { seed: 1, name, spread: 0.1 });
}

/** A matrix as MLX packs it; what is none stays as it is. */
function packed(tensor: Tensor): Tensor[] {
  const [rows = 0, columns] = tensor.shape;
  if (columns === undefined) return [tensor];
  const layer = tensor.name.slice(0, -".weight".length);
  const values = numbersOf(tensor.name, tensor.shape);
  const { packed: words, scales, biases } = quantizeAffine({ values, rows, columns }, PACKING);
  const shape = [rows, columns / PACKING.groupSize];
  return [
    {
      name: tensor.name,
      dtype: "U32",
      shape: [rows, (columns * PACKING.bits) / 32],
      data: new Uint8Array(words.buffer, words.byteOffset, words.byteLength),
    },
    { name: `${layer}.scales`, dtype: "F32", shape, data: encodeFloats(scales, "F32") },
    { name: `${layer}.biases`, dtype: "F32", shape, data: encodeFloats(biases, "F32") },
  ];
}
