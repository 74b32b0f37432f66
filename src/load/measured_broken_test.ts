/**
 * The 11 kinds of broken directories that `check` took when it was measured in November 2026.
 */
import assert from "node:assert/strict";
import test from "node:test";
import {
  encodeFloats,
  type Tensor,
  tinyLlama,
  type TinyModel,
  writeSafetensors,
} from "../../harness/models/mod.ts";
import {
  bytesOf,
  type Case,
  type Changes,
  check,
  loadedByMlxLm,
  oneTensor,
  PACKED,
  PLAIN,
  tokenizer,
  withTensors,
} from "./measured_case_test.ts";

const SHARDED = tinyLlama({ shards: 3, index: false });
const QWEN3 = tinyLlama({ family: "qwen3", quantization: undefined, dtype: "BF16" });

const BROKEN: Readonly<Record<string, readonly Case[]>> = {
  "1 a type that no runtime has, or not this one": [
    { what: "nosuch", changes: { "config.json": { ...PACKED.config, model_type: "nosuch" } } },
    { what: "bert", changes: { "config.json": { ...PACKED.config, model_type: "bert" } } },
  ],
  "2 tensors of a type whose list is in the table": [
    { what: "one is missing", ...gemma((tensors) => tensors.slice(1)) },
    {
      what: "one is renamed",
      ...gemma((tensors) =>
        tensors.map((one, at) => (at > 0 ? one : { ...one, name: "model.nosuch.weight" })),
      ),
    },
    {
      what: "one is of another shape",
      ...gemma((tensors) =>
        tensors.map((one, at) => (at > 0 ? one : { ...one, shape: one.shape.toReversed() })),
      ),
    },
  ],
  "3 a packed layer without scales": [
    {
      what: "of a type without a table",
      changes: {
        "config.json": { ...PACKED.config, model_type: "internvl" },
        "model.safetensors": withoutTensors(PACKED, (name) => name.endsWith("q_proj.scales")),
      },
    },
    {
      what: "of llama",
      changes: {
        "model.safetensors": withoutTensors(PACKED, (name) => name.endsWith("q_proj.scales")),
      },
    },
  ],
  "4 packing that no runtime reads": [
    { quant_method: "bitsandbytes", load_in_4bit: true },
    { quant_method: "compressed-tensors", format: "float-quantized" },
    { quant_method: "fp8", weight_block_size: [128, 128] },
  ].map(({ quant_method, ...rest }) => ({
    what: quant_method,
    model: PLAIN,
    changes: {
      "config.json": {
        ...PLAIN.config,
        quantization_config: { quant_method, ...rest },
      },
    },
  })),
  "5 a missing shard without an index": [6, 1].map((digits) => ({
    what: `names of ${digits} digits`,
    model: SHARDED,
    changes: renumbered(SHARDED, digits),
  })),
  "6 the configuration of a known type": [
    {
      what: "rope_scaling of an unknown type",
      change: { rope_scaling: { type: "nosuch", factor: 2 } },
    },
    { what: "rope_scaling without factor", change: { rope_scaling: { type: "linear" } } },
    { what: "rope_scaling that is a text", change: { rope_scaling: "linear" } },
    { what: "unknown words in layer_types", change: { layer_types: ["odd"] } },
    { what: "null for tie_word_embeddings", change: { tie_word_embeddings: null } },
    { what: "null for attention_bias", change: { attention_bias: null } },
    { what: "null for max_position_embeddings", change: { max_position_embeddings: null } },
    { what: "eos_token_id that is a text", change: { eos_token_id: "</s>" } },
    { what: "rms_norm_eps that is a text", change: { rms_norm_eps: "1e-5" } },
    { what: "rms_norm_eps that is a whole number", change: { rms_norm_eps: 1 } },
  ]
    .map(({ what, change }): Case => ({
      what,
      changes: { "config.json": { ...PACKED.config, ...change } },
    }))
    .concat([
      {
        what: "qwen3 without rope_theta",
        model: QWEN3,
        changes: { "config.json": { ...QWEN3.config, rope_theta: undefined } },
      },
      {
        what: "null for text_config, without a block of packing",
        model: PLAIN,
        changes: { "config.json": { ...PLAIN.config, text_config: null } },
      },
      {
        what: "a size with a point",
        changes: {
          "config.json": JSON.stringify(PACKED.config).replace(
            /"vocab_size":(\d+)/,
            '"vocab_size":$1.0',
          ),
        },
      },
    ]),
  "7 model_file": [
    { what: "own.py", changes: { "config.json": { ...PACKED.config, model_file: "own.py" } } },
  ],
  "8 weights that mlx-lm does not open": ["weights.safetensors", "weights.00.safetensors"].map(
    (path) => ({
      what: path,
      changes: {
        "model.safetensors": null,
        "model.safetensors.index.json": null,
        [path]: bytesOf(PACKED, "model.safetensors"),
      },
    }),
  ),
  "9 a tokenizer that the library of Python refuses": [
    tokenizer("a merge of unknown tokens", (json) => ({
      model: { ...json.model, merges: ["q ∅"] },
    })),
    tokenizer("a merge of three parts", (json) => ({
      model: { ...json.model, merges: ["h e l"] },
    })),
    tokenizer("an added token without single_word", (json) => ({
      added_tokens: json.added_tokens.map((token) => ({ ...token, single_word: undefined })),
    })),
    tokenizer("unk that is not in the vocabulary", {
      model: { type: "Unigram", unk_id: 9, vocab: [["a", 0]] },
    }),
    tokenizer("an unknown key", { nosuch: 1 }),
    tokenizer("version 2.0", { version: "2.0" }),
  ],
  "10 surplus tensors of no size": [[], [0]].map((shape) => ({
    what: `shape [${shape.join()}]`,
    changes: {
      "model.safetensors": withTensors(PACKED, (tensors) => [
        ...tensors,
        {
          name: "model.extra",
          dtype: "F32",
          shape,
          data: new Uint8Array(shape.length === 0 ? 4 : 0),
        },
      ]),
    },
  })),
  "11 dtypes that MLX cannot read": (["F64", "F8_E5M2"] as const).map((dtype) => ({
    what: dtype,
    changes: {
      "config.json": { model_type: "internvl", num_hidden_layers: 1 },
      "model.safetensors": relabelled(oneTensor("model.a"), dtype),
    },
  })),
};

for (const [number, cases] of Object.entries(BROKEN)) {
  test(`a broken directory is not taken: ${number}`, async () => {
    for (const { what, mlxLm = false, ...input } of cases) {
      const report = await check(input);
      assert.equal(loadedByMlxLm(report), mlxLm, what);
    }
  });
}

function withoutTensors(model: TinyModel, isGone: (name: string) => boolean): Uint8Array {
  return withTensors(model, (tensors) => tensors.filter(({ name }) => !isGone(name)));
}

/** A file of 16 bytes of data, whose only tensor is called one of another dtype. */
function relabelled(file: Uint8Array, dtype: "F64" | "F8_E5M2"): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<
    string,
    object
  >;
  const shape = dtype === "F64" ? [2] : [16];
  const changed = new TextEncoder().encode(
    JSON.stringify({ "model.a": { ...header["model.a"], dtype, shape } }).padEnd(length, " "),
  );
  const bytes = new Uint8Array(8 + changed.length + 16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(changed.length), true);
  bytes.set(changed, 8);
  bytes.set(file.subarray(8 + length), 8 + changed.length);
  return bytes;
}

/** All shards but the second, their numbers with so many digits. */
function renumbered(model: TinyModel, digits: number): Changes {
  const name = (at: number) =>
    `model-${String(at).padStart(digits, "0")}-of-${String(3).padStart(digits, "0")}.safetensors`;
  return Object.fromEntries(
    model.weightFiles.flatMap((path, at) => [
      [path, null],
      ...(at === 1 ? [] : [[name(at + 1), bytesOf(model, path)] as const]),
    ]),
  );
}

/** A gemma of one layer, whose list of tensors is not written by hand. */
function gemma(change: (tensors: readonly Tensor[]) => readonly Tensor[]): Omit<Case, "what"> {
  const matrix = (name: string, ...shape: number[]): Tensor => {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length: count }, (_, at) => (at % 7) - 3);
    return { name, dtype: "F32", shape, data: encodeFloats(values, "F32") };
  };
  const layer = (name: string, ...shape: number[]) =>
    matrix(`model.layers.0.${name}.weight`, ...shape);
  const tensors = [
    layer("mlp.up_proj", 64, 32),
    matrix("model.embed_tokens.weight", 288, 32),
    layer("self_attn.q_proj", 32, 32),
    layer("self_attn.k_proj", 16, 32),
    layer("self_attn.v_proj", 16, 32),
    layer("self_attn.o_proj", 32, 32),
    layer("mlp.gate_proj", 64, 32),
    layer("mlp.down_proj", 32, 64),
    layer("input_layernorm", 32),
    layer("post_attention_layernorm", 32),
    matrix("model.norm.weight", 32),
  ];
  const config = {
    model_type: "gemma",
    hidden_size: 32,
    num_hidden_layers: 1,
    intermediate_size: 64,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 8,
    rms_norm_eps: 1e-6,
    vocab_size: 288,
  };
  const bytes = writeSafetensors([...change(tensors)], { metadata: { format: "mlx" } });
  return { changes: { "config.json": config, "model.safetensors": bytes } };
}

test("the gemma of these cases is sound as it is", async () => {
  const report = await check(gemma((tensors) => tensors));
  assert.deepEqual([report.findings, loadedByMlxLm(report)], [[], true]);
});
