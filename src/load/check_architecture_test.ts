import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import { jsonBytes, tinyTokenizer, writeSafetensors } from "../../harness/models/mod.ts";
import type { CheckFinding } from "../../spec/mod.ts";
import { checkDirectory } from "./check_directory.ts";
import { readModelConfig } from "./config/read_model_config.ts";
import { tableModel } from "./tables/table_tensors.ts";
import { loadTensorTables } from "./tables/tensor_tables.ts";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** A model of experts. */
const EXPERTS = {
  model_type: "qwen3_moe",
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  vocab_size: 288,
  rms_norm_eps: 1e-6,
  max_position_embeddings: 64,
  tie_word_embeddings: false,
  num_experts: 4,
  num_experts_per_tok: 2,
  decoder_sparse_step: 2,
  mlp_only_layers: [],
  moe_intermediate_size: 32,
  norm_topk_prob: true,
  rope_theta: 10000,
};

const EXPERT = "model.layers.1.mlp.switch_mlp.up_proj.weight";
const NORM = "model.layers.0.input_layernorm.weight";

test("checkDirectory() takes the tensors of mlx-lm's class, with its conditions", async () => {
  const shapes = await shapesOf(EXPERTS);
  assert.deepEqual(shapes.get(EXPERT), [4, 32, 32]);
  assert.ok(shapes.has("model.layers.0.mlp.up_proj.weight"), "a dense layer has no experts");
  assert.deepEqual(await errorsOf(EXPERTS, shapes), []);
  const tied = { ...EXPERTS, tie_word_embeddings: true };
  assert.equal((await shapesOf(tied)).has("lm_head.weight"), false);
});

test("checkDirectory() names what differs from mlx-lm's class", async () => {
  const shapes = await shapesOf(EXPERTS);
  for (const [changed, config, expected] of [
    [without(shapes, EXPERT), {}, `missing-tensor ${EXPERT}`],
    [without(shapes, NORM), {}, `missing-tensor ${NORM}`],
    [new Map([...shapes, [EXPERT, [4, 31, 32]]]), {}, `shape ${EXPERT}`],
    [new Map([...shapes, ["model.nosuch.weight", [4]]]), {}, "extra-tensor model.nosuch.weight"],
    [shapes, { decoder_sparse_step: 1 }, /missing-tensor model\.layers\.0\.mlp/],
    [shapes, { num_hidden_layers: 4 }, /missing-tensor model\.layers\.3\./],
    [shapes, { hidden_size: 64 }, /shape model\.embed_tokens\.weight/],
    [shapes, { tie_word_embeddings: true }, "extra-tensor lm_head.weight"],
  ] as const) {
    const errors = await errorsOf({ ...EXPERTS, ...config }, changed);
    const isNamed = errors.some((one) =>
      typeof expected === "string" ? one === expected : expected.test(one),
    );
    // mlx-lm drops the output matrix of a tied model itself.
    const isDropped = "tie_word_embeddings" in config && errors.length === 0;
    assert.ok(isNamed || isDropped, `${expected}: ${errors.join(", ")}`);
  }
});

test("checkDirectory() only warns of weights that another tool saved", async () => {
  const shapes = without(await shapesOf(EXPERTS), EXPERT);
  const findings = await check(EXPERTS, shapes, { metadata: { format: "pt" } });
  assert.deepEqual(named(findings, "error"), []);
  assert.match(findings.map(({ detail }) => detail).join(), /differences, the first: Tensor/);
  const source = new Map([...shapes, ["model.layers.1.mlp.experts.0.up_proj.weight", [32, 32]]]);
  assert.deepEqual(await errorsOf(EXPERTS, source), [], "experts one by one");
});

test("checkDirectory() knows bert as transformers saves it", async () => {
  const bert = {
    model_type: "bert",
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    vocab_size: 288,
    max_position_embeddings: 16,
  };
  const shapes = await shapesOf(bert);
  assert.deepEqual(shapes.get("encoder.layer.1.output.dense.weight"), [32, 64]);
  const metadata = { format: "pt" };
  assert.deepEqual(await check(bert, shapes, { metadata }), []);
  const pruned = without(shapes, "encoder.layer.1.output.dense.bias");
  const findings = await check(bert, pruned, { metadata });
  assert.match(findings.map(({ detail }) => detail).join(), /mlx-embeddings 0\.1\.0.*is missing/);
});

test("checkDirectory() judges a type without a table by the numbers of its layers, its index and its vocabulary", async () => {
  const unknown = { ...EXPERTS, model_type: "internvl" };
  const shapes = await shapesOf(EXPERTS);
  assert.deepEqual(await errorsOf(unknown, shapes), []);
  const layerless = new Map([...shapes].filter(([name]) => !name.includes("layers.1.")));
  assert.deepEqual(await errorsOf(unknown, layerless), ["missing-tensor model.layers.1"]);
  assert.deepEqual(await errorsOf({ ...unknown, num_hidden_layers: 4 }, shapes), [
    "missing-tensor model.layers.3",
  ]);
  assert.deepEqual(await errorsOf({ ...unknown, vocab_size: 300 }, shapes), [
    "shape model.embed_tokens.weight",
  ]);
  const weight_map = Object.fromEntries([...shapes.keys()].map((name) => [name, FILE]));
  const findings = await check(unknown, without(shapes, NORM), { index: { weight_map } });
  assert.deepEqual(named(findings, "error"), [`missing-tensor ${NORM}`]);
});

test("checkDirectory() refuses dtypes that no MLX reads, whatever the architecture", async () => {
  const shapes = await shapesOf(EXPERTS);
  const findings = await check({ ...EXPERTS, model_type: "internvl" }, shapes, { f64: NORM });
  assert.deepEqual(named(findings, "error"), [`dtype ${NORM}`]);
});

test("tableModel() makes no list that does not fit in memory", async () => {
  const config = { ...EXPERTS, num_hidden_layers: 1e9 };
  assert.equal(await modelOf(config), undefined);
  assert.equal(await modelOf({ ...EXPERTS, hidden_size: undefined }), undefined);
});

const FILE = "model.safetensors";

async function modelOf(config: object) {
  const read = readModelConfig(jsonBytes(config)).config;
  assert.ok(read);
  return tableModel(read, await loadTensorTables());
}

async function shapesOf(config: object): Promise<Shapes> {
  const tensors = (await modelOf(config))?.tensors ?? [];
  return new Map([...tensors].map(([name, { shape }]) => [name, shape.map((size) => size ?? 1)]));
}

function without(shapes: Shapes, name: string): Shapes {
  return new Map([...shapes].filter(([one]) => one !== name));
}

interface Written {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly index?: object;
  /** A tensor that is written in 64 bits. */
  readonly f64?: string;
}

async function check(
  config: object,
  shapes: Shapes,
  { metadata, index, f64 }: Written = {},
): Promise<readonly CheckFinding[]> {
  const files = memoryFiles();
  const put = (path: string, bytes: Uint8Array) => writeBytes(files, `/m/${path}`, bytes);
  const tensors = [...shapes].map(([name, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = new Uint8Array(Float32Array.from({ length: count }, (_, at) => at % 7).buffer);
    return { name, dtype: "F32" as const, shape, data };
  });
  let bytes = writeSafetensors(tensors, metadata === undefined ? {} : { metadata });
  if (f64 !== undefined) bytes = asF64(bytes, f64);
  await put(FILE, bytes);
  await put("config.json", jsonBytes(config));
  if (index !== undefined) await put("model.safetensors.index.json", jsonBytes(index));
  for (const file of tinyTokenizer()) await put(file.path, file.bytes);
  return (await checkDirectory(files, "/m")).findings;
}

/** Half as many elements of twice the width. */
function asF64(file: Uint8Array, name: string): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  const text = new TextDecoder().decode(file.subarray(8, 8 + length));
  const json = JSON.parse(text) as Record<string, { dtype: string; shape: number[] }>;
  const entry = json[name];
  assert.ok(entry);
  json[name] = { ...entry, dtype: "F64", shape: [(entry.shape[0] ?? 0) / 2] };
  const header = new TextEncoder().encode(JSON.stringify(json).padEnd(length + 8));
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
  return Buffer.concat([start, header, file.subarray(8 + length)]);
}

async function errorsOf(config: object, shapes: Shapes): Promise<string[]> {
  return named(await check(config, shapes), "error");
}

/** Cause and tensor of each finding. */
function named(findings: readonly CheckFinding[], level: CheckFinding["level"]): string[] {
  return findings
    .filter((finding) => finding.level === level)
    .map(({ cause, detail }) => `${cause} ${/"([^"]+)"/.exec(detail)?.[1] ?? detail}`);
}
