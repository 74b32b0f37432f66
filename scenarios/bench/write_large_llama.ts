/**
 * A llama of the size of SmolLM-135M with random weights, to measure runtimes with.
 *
 * @module
 */

import { randomFillSync } from "node:crypto";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The shape of SmolLM-135M, packed with 4 bits in groups of 64; scales in float32, so that MLX computes in float32. */
const CONFIG = {
  model_type: "llama",
  hidden_size: 576,
  num_hidden_layers: 30,
  intermediate_size: 1536,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  rms_norm_eps: 1e-5,
  vocab_size: 49_152,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  quantization: { bits: 4, group_size: 64 },
};
const GROUP = 64;

interface LargeTensor {
  readonly name: string;
  readonly dtype: "U32" | "F32";
  readonly shape: readonly number[];
  /** Fills the tensor's data; every tensor has elements of 4 bytes. */
  fill(data: Uint8Array<ArrayBuffer>): void;
}

/** Writes a llama of 135 million random parameters into an empty directory. */
export async function writeLargeLlama(directory: string): Promise<void> {
  await writeFile(join(directory, "config.json"), JSON.stringify(CONFIG));
  const tensors = [...largeTensors()];
  const header: Record<string, unknown> = { __metadata__: { format: "mlx" } };
  let end = 0;
  for (const { name, dtype, shape } of tensors) {
    const start = end;
    end += sizeOf(shape);
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const text = JSON.stringify(header);
  const head = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const file = await open(join(directory, "model.safetensors"), "wx");
  await file.write(Buffer.concat([length, head]));
  for (const tensor of tensors) {
    const data = new Uint8Array(sizeOf(tensor.shape));
    tensor.fill(data);
    await file.write(data);
  }
  await file.close();
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 4);
}

function* largeTensors(): Generator<LargeTensor> {
  const { hidden_size: hidden, intermediate_size: wide, vocab_size: vocabulary } = CONFIG;
  const keys = (hidden / CONFIG.num_attention_heads) * CONFIG.num_key_value_heads;
  yield* matrix("model.embed_tokens", vocabulary, hidden);
  for (let layer = 0; layer < CONFIG.num_hidden_layers; layer++) {
    const at = `model.layers.${layer}`;
    yield vector(`${at}.input_layernorm`, hidden);
    yield vector(`${at}.post_attention_layernorm`, hidden);
    yield* matrix(`${at}.self_attn.q_proj`, hidden, hidden);
    yield* matrix(`${at}.self_attn.k_proj`, keys, hidden);
    yield* matrix(`${at}.self_attn.v_proj`, keys, hidden);
    yield* matrix(`${at}.self_attn.o_proj`, hidden, hidden);
    yield* matrix(`${at}.mlp.gate_proj`, wide, hidden);
    yield* matrix(`${at}.mlp.up_proj`, wide, hidden);
    yield* matrix(`${at}.mlp.down_proj`, hidden, wide);
  }
  yield vector("model.norm", hidden);
}

/** Codes are random; scale and bias make weights around zero that keep the size of what goes through. */
function* matrix(layer: string, rows: number, columns: number): Generator<LargeTensor> {
  const scale = 1 / (4.6 * Math.sqrt(columns));
  const groups = [rows, columns / GROUP];
  yield {
    name: `${layer}.weight`,
    dtype: "U32",
    shape: [rows, columns / 8],
    fill: (data) => randomFillSync(data),
  };
  yield constant(`${layer}.scales`, groups, scale);
  yield constant(`${layer}.biases`, groups, -7.5 * scale);
}

function vector(layer: string, size: number): LargeTensor {
  return constant(`${layer}.weight`, [size], 1);
}

function constant(name: string, shape: readonly number[], value: number): LargeTensor {
  return {
    name,
    dtype: "F32",
    shape,
    fill: (data) => new Float32Array(data.buffer).fill(value),
  };
}
