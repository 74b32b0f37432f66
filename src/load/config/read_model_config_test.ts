import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { anyModel } from "../../../harness/arbitraries/mod.ts";
import { readModelConfig, type ReadConfig } from "./read_model_config.ts";

const LLAMA = {
  model_type: "llama",
  hidden_size: 64,
  num_hidden_layers: 2,
  intermediate_size: 128,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  vocab_size: 100,
};

test("readModelConfig() reads the sizes of a sound model", () => {
  fc.assert(
    fc.property(anyModel(), ({ config: json }) => {
      const { config, faults } = read(json);
      assert.deepEqual(faults, []);
      assert.equal(config?.hiddenSize, json["hidden_size"]);
      assert.equal(config?.vocabularySize, json["vocab_size"]);
      assert.equal(config?.tieWordEmbeddings, json["tie_word_embeddings"]);
      assert.equal(config?.quantization === undefined, !("quantization" in json));
    }),
  );
});

test("readModelConfig() ties embeddings by default, and not for null", () => {
  assert.equal(read(LLAMA).config?.tieWordEmbeddings, true);
  assert.equal(read({ ...LLAMA, tie_word_embeddings: null }).config?.tieWordEmbeddings, false);
});

test("readModelConfig() takes the words that Python writes for infinite numbers", () => {
  const text = JSON.stringify({ ...LLAMA, note: "Infinity" }).replace("1e-5", "-Infinity");
  const bytes = new TextEncoder().encode(text.replace("0.00001", "NaN"));
  assert.deepEqual(readModelConfig(bytes).faults, []);
});

test("readModelConfig() notes numbers that Python takes for another sort", () => {
  const text = JSON.stringify({ ...LLAMA, rms_norm_eps: 1 }).replace(":64,", ":64.0,");
  const { config } = readModelConfig(new TextEncoder().encode(text));
  assert.deepEqual(config?.oddNumbers, ["hidden_size", "rms_norm_eps"]);
  assert.deepEqual(read(LLAMA).config?.oddNumbers, []);
});

test("readModelConfig() never throws, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(readModelConfig(bytes).faults[0]?.cause, "bad-config");
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(LLAMA)), (value, key) => {
      read({ ...LLAMA, [key]: value });
      read({ ...LLAMA, quantization: value });
      read({ ...LLAMA, quantization: { bits: 4, group_size: 64, layer: value } });
    }),
  );
});

test("readModelConfig() names each field that mlx-lm would miss", () => {
  const { faults } = read({ model_type: "qwen3", hidden_size: 64 });
  const text = faults.map(({ detail }) => detail).join("\n");
  for (const name of ["num_hidden_layers", "head_dim", "tie_word_embeddings", "vocab_size"]) {
    assert.match(text, new RegExp(`lacks ${name}`));
  }
  assert.equal(faults.length, 9);
});

test("readModelConfig() refuses sizes that are none", () => {
  for (const value of [-1, 0, 1.5, "64", 1e300]) {
    assert.deepEqual(causes(read({ ...LLAMA, hidden_size: value })), ["bad-config"]);
  }
  assert.deepEqual(causes(read({ ...LLAMA, num_hidden_layers: 1e9 })), ["bad-config"]);
  assert.deepEqual(causes(read({ ...LLAMA, num_key_value_heads: 3 })), ["bad-config"]);
  assert.deepEqual(causes(read({ ...LLAMA, layer_types: ["full_attention"] })), ["bad-config"]);
});

test("readModelConfig() reads entries of single layers, each with the defaults of its own mode", () => {
  const { config } = read({
    ...LLAMA,
    quantization: {
      group_size: 32,
      bits: 8,
      "model.a": false,
      "model.b": { bits: 6, group_size: 64 },
      "model.c": { mode: "mxfp4" },
      "model.d": true,
    },
  });
  const general = { bits: 8, groupSize: 32, mode: "affine" };
  assert.deepEqual(config?.quantization, {
    ...general,
    perLayer: new Map<string, unknown>([
      ["model.a", false],
      ["model.b", { bits: 6, groupSize: 64, mode: "affine" }],
      ["model.c", { bits: 4, groupSize: 32, mode: "mxfp4" }],
      ["model.d", general],
    ]),
  });
});

const REFUSED_BLOCKS: readonly unknown[] = [
  4,
  {},
  { bits: 4 },
  { bits: 7, group_size: 64 },
  { bits: 4, group_size: 48 },
  { bits: 4, group_size: 64, mode: "mxfp4" },
  { bits: 4, group_size: 64, mode: "nosuch" },
  { bits: 4, group_size: 64, layer: { bits: 9 } },
];

test("readModelConfig() refuses quantization that MLX does not have", () => {
  for (const quantization of REFUSED_BLOCKS) {
    const read_ = read({ ...LLAMA, quantization });
    assert.deepEqual(causes(read_), ["quantization"], JSON.stringify(quantization));
    assert.equal(read_.config?.quantization, undefined);
  }
});

test("readModelConfig() reads other tools' blocks only where mlx-lm does", () => {
  const withBlock = (quantization_config: unknown) => read({ ...LLAMA, quantization_config });
  assert.equal(withBlock({ quant_method: "mxfp4" }).config?.quantization?.mode, "mxfp4");
  assert.match(withBlock({ quant_method: "awq" }).config?.foreign ?? "", /awq/);
  assert.deepEqual(causes(withBlock({ bits: 4, group_size: 64 })), ["quantization"]);
});

function read(json: unknown): ReadConfig {
  return readModelConfig(new TextEncoder().encode(JSON.stringify(json)));
}

function causes({ faults }: ReadConfig): string[] {
  return faults.map(({ cause }) => cause);
}
