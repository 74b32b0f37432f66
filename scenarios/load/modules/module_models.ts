/**
 * Models of every module of mlx-lm, as its own classes made them: `record_modules.py`.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import {
  type Dtype,
  DTYPE_SIZE_BYTES,
  encodeFloats,
  jsonBytes,
  seededNumbers,
  tinyTokenizer,
  writeSafetensors,
} from "../../../harness/internal.ts";
import type { ModelFile } from "../../../harness/mod.ts";
import recorded from "./recorded_modules.json" with { type: "json" };

/** A tensor: its name, its dtype, its shape. */
type RecordedTensor = readonly [name: string, dtype: Dtype, ...shape: number[]];

/** What mlx-lm refuses: what is done to which tensor, and the shape of what is new. */
export type RecordedDamage = readonly [
  what: "missing" | "renamed" | "shorter" | "surplus",
  tensor: string,
  shape: readonly number[],
];

/** A model that mlx-lm made and loaded back. */
export interface ModuleModel {
  readonly module: string;
  /** Such as `affine-4`. */
  readonly packing: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: readonly RecordedTensor[];
  /** Damages that mlx-lm refuses. */
  readonly refused: readonly RecordedDamage[];
}

let models: readonly ModuleModel[] | undefined;

/** All of them; read when they are first asked for. */
export function moduleModels(): readonly ModuleModel[] {
  if (models !== undefined) return models;
  const text = gunzipSync(Buffer.from(recorded.gzip, "base64")).toString();
  models = JSON.parse(text) as ModuleModel[];
  return models;
}

/** The files of a model, with one damage or none; the values of its tensors are noise. */
export function moduleFiles(model: ModuleModel, damage?: RecordedDamage): ModelFile[] {
  const [what, name, shape] = damage ?? [];
  const tensors = model.tensors.flatMap((tensor): RecordedTensor[] => {
    const [own, dtype] = tensor;
    if (own !== name) return [tensor];
    if (what === "missing") return [];
    return what === "renamed"
      ? [[`${own}x`, dtype, ...tensor.slice(2)] as never]
      : [[own, dtype, ...(shape ?? [])]];
  });
  if (what === "surplus" && name !== undefined) tensors.push([name, "F32", ...(shape ?? [])]);
  const bits = Number(/\d$/.exec(model.packing)?.[0] ?? 4);
  const weights = writeSafetensors(
    tensors.map(([own, dtype, ...size]) => ({
      name: own,
      dtype,
      shape: size,
      data: noise(own, dtype, { count: size.reduce((product, one) => product * one, 1), bits }),
    })),
  );
  return [
    { path: "config.json", bytes: jsonBytes(model.config), lfs: false },
    { path: "model.safetensors", bytes: weights, lfs: true },
    ...tinyTokenizer({ vocabSize: 259, chatTemplate: "none" }),
  ];
}

const POOL_LENGTH = 65_536;
const pools = new Map<string, Uint8Array>();

/** Values of a kind that is plausible for such a tensor, taken from one list of numbers for each kind. */
function noise(
  name: string,
  dtype: Dtype,
  { count, bits }: { readonly count: number; readonly bits: number },
): Uint8Array {
  const part = /\.(scales|biases)$/.exec(name)?.[1] ?? "weight";
  const key = `${dtype} ${part} ${bits}`;
  const pool = pools.get(key) ?? makePool(dtype, part, bits);
  pools.set(key, pool);
  const data = new Uint8Array(count * DTYPE_SIZE_BYTES[dtype]);
  for (let at = 0; at < data.length; at += pool.length)
    data.set(pool.subarray(0, Math.min(pool.length, data.length - at)), at);
  return data;
}

function makePool(dtype: Dtype, part: string, bits: number): Uint8Array {
  // A group reaches from its bias, in steps of its scale, across zero.
  const step = 0.0075;
  const center = { weight: 0, scales: step, biases: -step * 2 ** (bits - 1) }[part] ?? 0;
  const spread = part === "weight" ? 0.1 : Math.abs(center) / 4;
  const numbers = seededNumbers(POOL_LENGTH, { seed: 1, name: part, center, spread });
  if (dtype === "F16" || dtype === "BF16" || dtype === "F32") return encodeFloats(numbers, dtype);
  // Exponents of powers of two around one thousandth, or words of packed codes.
  if (dtype === "U8") return Uint8Array.from(numbers, (_, at) => 110 + ((at * 7) % 13));
  return new Uint8Array(seededNumbers(POOL_LENGTH, { seed: 2, name: part, spread: 1 }).buffer);
}
