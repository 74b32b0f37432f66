import assert from "node:assert/strict";
import test from "node:test";
import { dequantizeAffine } from "./quantize_affine.ts";
import { tensorsOf } from "./split_safetensors.ts";
import { PLAIN_LLAMA } from "./llama_family.ts";
import { tinyLlama } from "./tiny_llama.ts";
import { tinyLlamaTensors } from "./tiny_llama_tensors.ts";
import type { TinyModel } from "./model_file.ts";

test("tinyLlama() has the parts that a model directory needs", () => {
  const { files, weightFiles } = tinyLlama();
  assert.deepEqual(
    files.map(({ path, lfs }) => `${path}${lfs ? " lfs" : ""}`),
    [
      "config.json",
      "model.safetensors lfs",
      "tokenizer.json lfs",
      "tokenizer_config.json",
      "special_tokens_map.json",
      "chat_template.jinja",
      "model.safetensors.index.json",
      "generation_config.json",
    ],
  );
  assert.deepEqual(weightFiles, ["model.safetensors"]);
});

test("tinyLlama() gives the same bytes for the same parameters and others for another seed", () => {
  const first = tinyLlama({ seed: 901, dtype: "BF16" });
  assert.equal(tinyLlama({ dtype: "BF16", seed: 901 }), first);
  // Enough other models that the first one leaves the cache and is made anew.
  for (let seed = 0; seed < 130; seed++) {
    tinyLlama({ seed });
  }
  const again = tinyLlama({ seed: 901, dtype: "BF16" });
  assert.notEqual(again, first);
  assert.deepEqual(again, first);
  assert.notDeepEqual(weights(tinyLlama({ seed: 902, dtype: "BF16" })), weights(first));
});

test("tinyLlama() keeps its tensors when they are spread over shards", () => {
  const names = weights(tinyLlama({ layers: 2 }));
  for (const shards of [2, 3, 4] as const) {
    const model = tinyLlama({ layers: 2, shards });
    assert.equal(model.weightFiles.length, shards);
    assert.deepEqual(weights(model), names);
    const shares = model.weightFiles.map((path) => tensorsOf(bytesOf(model, path)).length);
    assert.ok(shares.every((count) => count > 0));
    const map = index(model);
    model.weightFiles.forEach((path) =>
      tensorsOf(bytesOf(model, path)).forEach(({ name }) => assert.equal(map[name], path)),
    );
  }
});

test("tinyLlama() with a stale index names files that the repository lacks", () => {
  const model = tinyLlama({ staleIndex: true });
  const paths = new Set(Object.values(index(model)));
  assert.deepEqual([...paths].sort(), [
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
  ]);
  assert.deepEqual(model.weightFiles, ["model.safetensors"]);
});

test("tinyLlama() packs layers as the configuration says", () => {
  const model = tinyLlama({
    tied: false,
    dtype: "F32",
    quantization: {
      bits: 4,
      groupSize: 32,
      perLayer: { lm_head: false, "model.layers.0.mlp.up_proj": { bits: 6, groupSize: 32 } },
    },
  });
  const shapes = new Map(tensorsOf(bytesOf(model, "model.safetensors")).map((t) => [t.name, t]));
  assert.deepEqual(shapes.get("lm_head.weight")?.shape, [288, 32]);
  assert.equal(shapes.has("lm_head.scales"), false);
  assert.deepEqual(shapes.get("model.layers.0.mlp.up_proj.weight")?.shape, [64, 6]);
  assert.deepEqual(shapes.get("model.layers.0.mlp.gate_proj.weight")?.shape, [64, 4]);
  assert.deepEqual(model.config["quantization"], {
    group_size: 32,
    bits: 4,
    mode: "affine",
    lm_head: false,
    "model.layers.0.mlp.up_proj": { group_size: 32, bits: 6 },
  });
  assert.equal(model.config["quantization_config"], model.config["quantization"]);
});

test("tinyLlama() packs the same values that it has in full precision", () => {
  const plain = tinyLlama({ dtype: "F32", quantization: undefined });
  const packed = tinyLlama({ dtype: "F32", quantization: { bits: 8, groupSize: 32 } });
  assert.equal("quantization" in plain.config, false);
  const name = "model.layers.0.self_attn.q_proj";
  const exact = floats(plain, `${name}.weight`);
  const words = floats(packed, `${name}.weight`);
  const back = dequantizeAffine(
    {
      packed: new Uint32Array(words.buffer),
      scales: floats(packed, `${name}.scales`),
      biases: floats(packed, `${name}.biases`),
    },
    { bits: 8, groupSize: 32 },
  );
  back.forEach((value, at) => assert.ok(Math.abs(value - (exact[at] ?? NaN)) < 0.01));
});

test("tinyLlama() adds side files when asked", () => {
  const model = tinyLlama({ nested: true, duplicateBlob: true, extraFiles: true });
  const paths = model.files.map(({ path }) => path);
  for (const path of ["1_Pooling/config.json", "onnx/config.json", "README.md", ".gitattributes"]) {
    assert.ok(paths.includes(path), path);
  }
  assert.equal(bytesOf(model, "original/tokenizer.json"), bytesOf(model, "tokenizer.json"));
  assert.equal(new Set(paths).size, paths.length);
});

test("tinyLlama() leaves out what it is asked to", () => {
  const model = tinyLlama({ index: false, generationConfig: false, lfsTokenizer: false });
  const paths = model.files.map(({ path }) => path);
  assert.equal(paths.includes("model.safetensors.index.json"), false);
  assert.equal(paths.includes("generation_config.json"), false);
  assert.equal(model.files.find(({ path }) => path === "tokenizer.json")?.lfs, false);
});

test("tinyLlama() refuses sizes that do not fit", () => {
  assert.throws(() => tinyLlama({ quantization: { bits: 4, groupSize: 64 } }), /groups of 64/);
  assert.throws(() => tinyLlama({ heads: 3 }), /3 heads/);
  assert.throws(() => tinyLlama({ vocabSize: 100 }), /100 tokens/);
});

test("tinyLlamaTensors() has values of which no long run is constant", () => {
  const tensors = tinyLlamaTensors({
    ...PLAIN_LLAMA,
    seed: 3,
    hiddenSize: 32,
    layers: 1,
    heads: 4,
    kvHeads: 2,
    vocabSize: 288,
    intermediateSize: 64,
    dtype: "F16",
    tied: true,
    quantizationOf: () => ({ bits: 2, groupSize: 32 }),
  });
  for (const { name, data } of tensors) {
    assert.ok(new Set(data).size > 8, name);
  }
});

function bytesOf(model: TinyModel, path: string): Uint8Array {
  const file = model.files.find((one) => one.path === path);
  assert.ok(file, path);
  return file.bytes;
}

function weights(model: TinyModel): [string, string][] {
  return model.weightFiles
    .flatMap((path) => tensorsOf(bytesOf(model, path)))
    .map(({ name, data }): [string, string] => [name, Buffer.from(data).toString("hex")]);
}

function index(model: TinyModel): Record<string, string> {
  const text = new TextDecoder().decode(bytesOf(model, "model.safetensors.index.json"));
  return (JSON.parse(text) as { weight_map: Record<string, string> }).weight_map;
}

function floats(model: TinyModel, name: string): Float32Array {
  const tensor = model.weightFiles
    .flatMap((path) => tensorsOf(bytesOf(model, path)))
    .find((one) => one.name === name);
  assert.ok(tensor, name);
  return new Float32Array(tensor.data.slice().buffer);
}
