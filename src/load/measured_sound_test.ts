/**
 * The 13 kinds of sound directories that `check` refused when it was measured in November 2026.
 */
import assert from "node:assert/strict";
import test from "node:test";
import {
  encodeFloats,
  tensorsOf,
  type Tensor,
  tinyLlama,
  type TinyModel,
  writeSafetensors,
} from "../../harness/models/mod.ts";
import {
  bytesOf,
  type Case,
  check,
  loadedByMlxLm,
  oneTensor,
  PACKED,
  PLAIN,
  tokenizer,
  withTensors,
} from "./measured_case_test.ts";
import { verdictOf } from "./runtimes/choose_runtime.ts";

const QWEN3 = tinyLlama({ family: "qwen3", quantization: undefined, dtype: "BF16" });

const SOUND: Readonly<Record<string, readonly Case[]>> = {
  "1 the Jinja library": [
    template("a dictionary with numbers", "{% set d={0:'a'} %}{{ d[0] }}"),
    template("format()", "{{ '<x{}>'.format(1) }}"),
    template("length of what is undefined", "{{ nosuch|length }}"),
    template(
      "loop controls",
      "{% for m in messages %}{% if m is none %}{% break %}{% endif %}{% endfor %}",
    ),
    template("is in", "{{ 1 is in [1] }}"),
    template("map('tojson')", "{{ [1]|map('tojson')|join }}"),
    template("%", "{{ '%s' % 'a' }}"),
    template("raw", "{% raw %}{{ x }}{% endraw %}"),
  ],
  "2 a template that wants tools, or leaves the user's text out": [
    template("tools", "{% if not tools %}{{ raise_exception('no tools') }}{% endif %}"),
    template("another role", "{{ raise_exception('no system') if messages[0].role != 'system' }}"),
    template("no user's text", "hello"),
  ],
  "3 AWQ and GPTQ": ["awq", "gptq"].map((quant_method) => ({
    what: quant_method,
    model: PLAIN,
    changes: {
      "config.json": {
        ...PLAIN.config,
        quantization_config: { quant_method, bits: 4, group_size: 32 },
      },
      "model.safetensors": packedElsewhere(PLAIN),
    },
  })),
  "4 ModelOpt": [
    {
      what: "hf_quant_config.json without a block in config.json",
      changes: {
        "config.json": {
          ...PACKED.config,
          quantization: undefined,
          quantization_config: undefined,
        },
        "hf_quant_config.json": { quantization: { quant_algo: "NVFP4" } },
      },
    },
  ],
  "5 an empty quantization_config": [
    {
      what: "{}",
      model: PLAIN,
      changes: { "config.json": { ...PLAIN.config, quantization_config: {} } },
    },
  ],
  "6 other safetensors beside": ["consolidated", "adapters", "mtp", "optimizer"].map((name) => ({
    what: name,
    changes: { [`${name}.safetensors`]: oneTensor("beside.weight") },
  })),
  "7 a tokenizer without tokenizer.json": [
    ["vocab.json", "merges.txt"],
    ["spiece.model"],
    ["sentencepiece.bpe.model"],
    ["vocab.txt"],
    ["tekken.json"],
  ].map((names) => ({
    what: names.join(" and "),
    changes: {
      "tokenizer.json": null,
      ...Object.fromEntries(names.map((name) => [name, name.endsWith(".json") ? {} : "a b\n"])),
    },
  })),
  "8 the tokenizer library": [
    tokenizer("normalizer Nmt", { normalizer: { type: "Nmt" } }),
    tokenizer("normalizer ByteLevel", { normalizer: { type: "ByteLevel" } }),
    tokenizer("pre-tokenizer UnicodeScripts", { pre_tokenizer: { type: "UnicodeScripts" } }),
    tokenizer("pre-tokenizer CharDelimiterSplit", {
      pre_tokenizer: { type: "CharDelimiterSplit", delimiter: "-" },
    }),
    tokenizer("keys that are absent instead of null", {
      normalizer: undefined,
      post_processor: undefined,
      truncation: undefined,
      padding: undefined,
    }),
    ...["(?i)a|.", "\\R|.", "\\X", "\\p{^L}|\\p{L}"].map((Regex) =>
      tokenizer(`the pattern ${Regex}`, {
        pre_tokenizer: { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false },
      }),
    ),
  ],
  "9 empty files that nothing needs": [
    ...["generation_config.json", "tokenizer.model", "chat_template.jinja"].map((path) => ({
      what: path,
      changes: { [path]: "" },
    })),
    {
      what: "chat_template.json with null",
      changes: { "chat_template.json": { chat_template: null } },
    },
  ],
  "11 one F16 tensor among BF16": [
    { what: "lm_head.weight", model: PLAIN, changes: { "model.safetensors": withHalfHead(PLAIN) } },
  ],
  "12 what only some runtimes refuse": [
    { what: "no tokenizer_config.json", changes: { "tokenizer_config.json": null } },
    {
      what: "packing of other bits than the configuration says",
      changes: {
        "config.json": {
          ...PACKED.config,
          quantization: { group_size: 32, bits: 8 },
          quantization_config: { group_size: 32, bits: 8 },
        },
      },
    },
  ],
  "13 models of other runtimes": [
    {
      what: "qwen3 of embeddings without the prefix model.",
      model: QWEN3,
      changes: {
        "config.json": { ...QWEN3.config, tie_word_embeddings: true },
        "model.safetensors": withoutPrefix(QWEN3),
        "config_sentence_transformers.json": {},
      },
      mlxLm: false,
      other: "mlx-embeddings",
    },
    {
      what: "whisper, without model_type",
      changes: {
        "config.json": { n_mels: 80, n_audio_ctx: 1500, n_audio_state: 384, n_vocab: 51865 },
        "model.safetensors": null,
        "model.safetensors.index.json": null,
        "tokenizer.json": null,
        "tokenizer_config.json": null,
        "weights.safetensors": oneTensor("encoder.conv1.weight"),
      },
      mlxLm: false,
      other: "mlx-audio",
    },
    {
      what: "csm, whose vocab_size counts codes of audio",
      changes: {
        "config.json": { model_type: "sesame", vocab_size: 4, audio_vocab_size: 2051 },
        "model.safetensors": oneTensor("backbone.norm.weight"),
        "model.safetensors.index.json": null,
      },
      mlxLm: false,
      other: "mlx-audio",
    },
  ],
};

for (const [number, cases] of Object.entries(SOUND)) {
  test(`a sound directory is not refused: ${number}`, async () => {
    for (const { what, mlxLm = true, other, ...input } of cases) {
      const report = await check(input);
      const errors = report.findings.filter(({ level }) => level === "error");
      assert.deepEqual([report.loadable, errors], [true, []], what);
      assert.equal(loadedByMlxLm(report), mlxLm, what);
      if (other === undefined) continue;
      const choice = { runtime: other, version: undefined };
      assert.equal(verdictOf(report.runtimes ?? [], choice)?.loads, true, `${what}: ${other}`);
    }
  });
}

function template(what: string, text: string): Case {
  return { what, changes: { "chat_template.jinja": text } };
}

function withoutPrefix(model: TinyModel): Uint8Array {
  return withTensors(model, (tensors) =>
    tensors.map((one) => ({ ...one, name: one.name.replace(/^model\./, "") })),
  );
}

function withHalfHead(model: TinyModel): Uint8Array {
  return withTensors(model, (tensors) =>
    tensors.map((one) => {
      if (one.name !== "lm_head.weight") return one;
      const values = Float32Array.from({ length: one.data.length / 2 }, (_, at) => (at % 7) - 3);
      return { ...one, dtype: "F16", data: encodeFloats(values, "F16") };
    }),
  );
}

/** The layers' matrices as AWQ and GPTQ write them. */
function packedElsewhere(model: TinyModel): Uint8Array {
  const words = (name: string): Tensor => ({
    name,
    dtype: "I32",
    shape: [4],
    data: new Uint8Array(16).map((_, at) => at + 1),
  });
  const tensors = tensorsOf(bytesOf(model, "model.safetensors")).flatMap((one) => {
    const layer = /^(model\.layers\..*_proj)\.weight$/.exec(one.name)?.[1];
    return layer === undefined
      ? [one]
      : ["qweight", "qzeros", "scales"].map((part) => words(`${layer}.${part}`));
  });
  return writeSafetensors(tensors, { metadata: { format: "pt" } });
}
