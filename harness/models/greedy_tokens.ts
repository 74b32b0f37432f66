import { decodeFloats } from "./decode_floats.ts";
import type { TinyModel } from "./model_file.ts";
import { dequantizeAffine, type Quantization } from "./quantize_affine.ts";
import { tensorsOf } from "./split_safetensors.ts";
import type { Tensor } from "./write_safetensors.ts";

/** One step of the harness's own computation. */
export interface GreedyStep {
  readonly id: number;
  /** How far the second highest logit lies below the highest. */
  readonly margin: number;
}

type Vector = Float64Array<ArrayBuffer>;

/**
 * Continues a prompt greedily in plain double precision: the harness's own oracle, slow and simple on purpose, and
 * independent of the subject.
 *
 * It computes what generated models have: grouped-query attention, biases and norms of queries and keys.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { greedyTokens } from "mlx-conform/internal";
 * import { tinyLlama } from "mlx-conform";
 *
 * const steps = greedyTokens(tinyLlama(), [5, 6, 7], 3);
 * assert.equal(steps.length, 3);
 * ```
 */
export function greedyTokens(
  model: TinyModel,
  promptIds: readonly number[],
  count: number,
): GreedyStep[] {
  const oracle = new Oracle(model);
  const steps: GreedyStep[] = [];
  let logits: Vector = new Float64Array();
  for (const id of promptIds) logits = oracle.step(id);
  while (steps.length < count) {
    const step = highest(logits);
    steps.push(step);
    if (steps.length < count) logits = oracle.step(step.id);
  }
  return steps;
}

function highest(logits: Vector): GreedyStep {
  let id = 0;
  logits.forEach((logit, at) => {
    if (logit > (logits[id] ?? 0)) id = at;
  });
  const second = logits.reduce(
    (best, logit, at) => (at === id ? best : Math.max(best, logit)),
    -Infinity,
  );
  return { id, margin: (logits[id] ?? 0) - second };
}

/** The model, position by position, with all keys and values that came before. */
class Oracle {
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #rows = new Map<string, Float32Array>();
  readonly #keys: Vector[][] = [];
  readonly #values: Vector[][] = [];
  #position = 0;

  constructor(model: TinyModel) {
    const { config } = model;
    if (config["rope_scaling"] || config["rope_traditional"] || config["layer_types"]) {
      throw new RangeError("Cannot compute rotations or windows of another kind");
    }
    this.#config = config;
    this.#tensors = new Map(
      model.files
        .filter(({ path }) => model.weightFiles.includes(path))
        .flatMap(({ bytes }) => tensorsOf(bytes).map((tensor) => [tensor.name, tensor])),
    );
  }

  /** Takes one more token and gives the logits of the next. */
  step(id: number): Vector {
    const hidden = this.#number("hidden_size");
    const table = this.#matrix("model.embed_tokens");
    let state = Float64Array.from(table.subarray(id * hidden, (id + 1) * hidden));
    for (let layer = 0; layer < this.#number("num_hidden_layers"); layer++) {
      const prefix = `model.layers.${layer}`;
      state = add(state, this.#attend(layer, this.#norm(state, `${prefix}.input_layernorm`)));
      const inner = this.#norm(state, `${prefix}.post_attention_layernorm`);
      const gate = this.#times(`${prefix}.mlp.gate_proj`, inner);
      const up = this.#times(`${prefix}.mlp.up_proj`, inner);
      const mixed = gate.map((value, at) => (value / (1 + Math.exp(-value))) * (up[at] ?? 0));
      state = add(state, this.#times(`${prefix}.mlp.down_proj`, mixed));
    }
    this.#position++;
    const isTied = this.#config["tie_word_embeddings"] !== false;
    return this.#times(isTied ? "model.embed_tokens" : "lm_head", this.#norm(state, "model.norm"));
  }

  #attend(layer: number, state: Vector): Vector {
    const prefix = `model.layers.${layer}.self_attn`;
    const heads = this.#number("num_attention_heads");
    const kvHeads = this.#number("num_key_value_heads");
    const queries = this.#heads(`${prefix}.q`, state, heads);
    const keys = (this.#keys[layer] ??= []);
    const values = (this.#values[layer] ??= []);
    keys.push(join(this.#heads(`${prefix}.k`, state, kvHeads)));
    values.push(this.#times(`${prefix}.v_proj`, state));
    const outputs = queries.map((query, head) => {
      const from = Math.floor(head / (heads / kvHeads)) * query.length;
      const part = (vector: Vector) => vector.subarray(from, from + query.length);
      const scores = keys.map((key) => dot(query, part(key)) / Math.sqrt(query.length));
      const top = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - top));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return query.map((_, at) =>
        values.reduce(
          (total, value, past) => total + ((weights[past] ?? 0) / sum) * (part(value)[at] ?? 0),
          0,
        ),
      );
    });
    return this.#times(`${prefix}.o_proj`, join(outputs));
  }

  /** Queries or keys: projected, split into heads, normed where the family does, and rotated. */
  #heads(name: string, state: Vector, count: number): Vector[] {
    const all = this.#times(`${name}_proj`, state);
    const size = all.length / count;
    return Array.from({ length: count }, (_, head) => {
      const part = all.slice(head * size, (head + 1) * size);
      const normed = this.#tensors.has(`${name}_norm.weight`)
        ? this.#norm(part, `${name}_norm`)
        : part;
      return this.#rotated(normed);
    });
  }

  #rotated(vector: Vector): Vector {
    const half = vector.length / 2;
    const base = Number(this.#config["rope_theta"] ?? 10_000);
    return vector.map((value, at) => {
      const angle = this.#position * base ** (-(at % half) / half);
      const other = vector[(at + half) % vector.length] ?? 0;
      return value * Math.cos(angle) + (at < half ? -other : other) * Math.sin(angle);
    });
  }

  #norm(vector: Vector, name: string): Vector {
    const weights = this.#floats(`${name}.weight`);
    const mean = dot(vector, vector) / vector.length;
    const scale = 1 / Math.sqrt(mean + this.#number("rms_norm_eps"));
    return vector.map((value, at) => value * scale * (weights[at] ?? 0));
  }

  #times(layer: string, vector: Vector): Vector {
    const matrix = this.#matrix(layer);
    const bias = this.#tensors.has(`${layer}.bias`) ? this.#floats(`${layer}.bias`) : undefined;
    const width = vector.length;
    return Float64Array.from({ length: matrix.length / width }, (_, row) => {
      let sum = bias?.[row] ?? 0;
      for (let at = 0; at < width; at++) sum += (matrix[row * width + at] ?? 0) * (vector[at] ?? 0);
      return sum;
    });
  }

  #matrix(layer: string): Float32Array {
    const known = this.#rows.get(layer);
    if (known !== undefined) return known;
    const { data, dtype } = this.#tensor(`${layer}.weight`);
    const matrix = dtype === "U32" ? this.#unpacked(layer, data) : decodeFloats(data, dtype);
    this.#rows.set(layer, matrix);
    return matrix;
  }

  #unpacked(layer: string, data: Uint8Array): Float32Array {
    const settings = this.#config["quantization"] as Readonly<Record<string, unknown>>;
    const own = (settings[layer] ?? settings) as { bits: number; group_size: number };
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const packed = Uint32Array.from({ length: data.length / 4 }, (_, at) =>
      view.getUint32(at * 4, true),
    );
    const [scales, biases] = [this.#floats(`${layer}.scales`), this.#floats(`${layer}.biases`)];
    const quantization = { bits: own.bits, groupSize: own.group_size } as Quantization;
    return dequantizeAffine({ packed, scales, biases }, quantization);
  }

  #floats(name: string): Float32Array {
    const { data, dtype } = this.#tensor(name);
    return decodeFloats(data, dtype);
  }

  #tensor(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new RangeError(`Cannot compute without the tensor ${name}`);
    return tensor;
  }

  #number(key: string): number {
    return Number(this.#config[key]);
  }
}

function dot(one: Vector, other: Vector): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

function add(one: Vector, other: Vector): Vector {
  return one.map((value, at) => value + (other[at] ?? 0));
}

function join(parts: readonly Vector[]): Vector {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}
