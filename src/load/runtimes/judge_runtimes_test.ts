import assert from "node:assert/strict";
import { test } from "node:test";
import { modelKind } from "../../../spec/mod.ts";
import { judgeRuntimes, refusedByAll } from "./judge_runtimes.ts";
import { RUNTIMES } from "./mod.ts";
import type { ModelFacts } from "./runtime.ts";
import { compareVersions, newestVersion, typesOf, versionsOfType } from "./type_versions.ts";

const LLAMA: ModelFacts = {
  kind: "language",
  modelType: "llama",
  config: {},
  paths: ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
  indexed: [],
  processor: undefined,
  trustsModelCode: false,
};

test("judgeRuntimes() says yes for a llama, from the first version that has it", () => {
  assert.deepEqual(answers(LLAMA, "mlx-lm"), ["0.22.0.. yes"]);
  assert.deepEqual(answers(LLAMA, "mlx-swift-lm"), ["2.21.2.. yes"]);
  assert.deepEqual(answers(LLAMA, "mlx-audio"), ["0.6.2.. no"]);
  assert.match(whyNot(LLAMA, "mlx-embeddings"), /no architecture "llama"/);
});

test("judgeRuntimes() splits the versions where a rule or a type begins or ends", () => {
  const own = { ...LLAMA, config: { model_file: "own.py" } };
  assert.deepEqual(answers(own, "mlx-lm"), ["0.22.0..0.32.0 yes", "0.32.0.. no"]);
  assert.deepEqual(answers({ ...own, trustsModelCode: true }, "mlx-lm"), ["0.22.0.. yes"]);
  const adapter = { ...LLAMA, paths: [...LLAMA.paths, "adapters.safetensors"] };
  assert.deepEqual(answers(adapter, "mlx-swift-lm"), ["2.21.2..main no", "main.. yes"]);
  assert.match(whyNot(adapter, "mlx-swift-lm"), /takes "adapters.safetensors"/);
  const modelopt = { ...LLAMA, paths: [...LLAMA.paths, "hf_quant_config.json"] };
  assert.deepEqual(answers(modelopt, "mlx-lm"), ["0.22.0..0.32.0 no", "0.32.0.. yes"]);
  const gone = { ...LLAMA, modelType: "muse_spark_open" };
  assert.deepEqual(answers(gone, "mlx-lm"), [
    "0.22.0..0.32.1 no",
    "0.32.1..0.32.2 yes",
    "0.32.2.. no",
  ]);
});

test("judgeRuntimes() names what each runtime lacks", () => {
  const paths = ["config.json", "weights.safetensors", "tokenizer.json"];
  const odd = { ...LLAMA, paths };
  assert.match(whyNot(odd, "mlx-lm"), /opens model\*\.safetensors only/);
  assert.match(whyNot(odd, "mlx-swift-lm"), /must have tokenizer_config\.json/);
  assert.deepEqual(answers(odd, "mlx-vlm").at(-1)?.endsWith("yes"), true);
  const vision = { ...LLAMA, kind: "vision" as const, modelType: "qwen2_vl", processor: "Nosuch" };
  assert.match(whyNot(vision, "mlx-swift-lm"), /no processor "Nosuch"/);
  const bert = { ...LLAMA, kind: "embedding" as const, modelType: "xlm-roberta" };
  assert.deepEqual(answers(bert, "mlx-embeddings"), ["0.1.0.. yes"]);
  assert.match(whyNot(bert, "mlx-lm"), /no architecture "xlm-roberta"/);
});

test("judgeRuntimes() finds what mlx-lm refuses in a configuration, and other runtimes need not", () => {
  const rope = (scaling: unknown) => ({ config: { rope_scaling: scaling } });
  const cases: readonly (readonly [Partial<ModelFacts>, RegExp])[] = [
    [rope({ type: "nosuch", factor: 2 }), /no rope_scaling of the type "nosuch"/],
    [rope({ rope_type: "linear" }), /lacks factor/],
    [rope({ rope_type: "linear", factor: null }), /lacks factor/],
    [rope({ rope_type: null }), /no rope_scaling of the type null/],
    [rope({ rope_type: "mrope", mrope_section: [1, 2] }), /does not have three sections/],
    [rope("linear"), /not an object/],
    [{ config: { layer_types: ["odd"] } }, /layer_types has "odd"/],
    [{ config: { layer_types: ["sliding_attention"] } }, /no full_attention/],
    [{ config: { layer_types: "full_attention" } }, /layer_types is not a list/],
    [{ modelType: "qwen3" }, /rope_theta is missing/],
    [{ config: { mlp_bias: null } }, /mlp_bias is null/],
    [{ config: { tie_word_embeddings: null } }, /tie_word_embeddings is null/],
    [{ config: { attention_bias: null } }, /attention_bias is null/],
    [{ config: { max_position_embeddings: null } }, /max_position_embeddings is null/],
    [{ config: { text_config: null } }, /text_config, which is null/],
    [{ config: { eos_token_id: "2" } }, /eos_token_id is a text/],
    [{ config: { rms_norm_eps: "1e-5" } }, /rms_norm_eps is not a number/],
    [{ oddNumbers: ["hidden_size"] }, /hidden_size is written/],
  ];
  for (const [change, why] of cases) {
    const facts = { ...LLAMA, ...change };
    assert.match(whyNot(facts, "mlx-lm"), why);
    assert.equal(answers(facts, "mlx-lm").at(-1), "0.32.0.. no", String(why));
    assert.equal(answers(facts, "mlx-swift-lm").at(-1)?.endsWith("yes"), true);
  }
  for (const sound of [{}, { type: "yarn", factor: 4 }, { rope_type: "llama3", factor: 8 }])
    assert.deepEqual(answers({ ...LLAMA, ...rope(sound) }, "mlx-lm"), ["0.22.0.. yes"]);
  const kinds = { ...LLAMA, config: { layer_types: ["chunked_attention", "full_attention"] } };
  assert.deepEqual(answers(kinds, "mlx-lm"), ["0.22.0.. yes"]);
  for (const modelType of ["mistral", "qwen2"]) {
    const bias = { ...LLAMA, modelType, config: { attention_bias: null } };
    assert.equal(answers(bias, "mlx-lm").at(-1)?.endsWith("yes"), true);
  }
  const theta = { ...LLAMA, modelType: "qwen3", config: { rope_parameters: { rope_theta: 1e6 } } };
  assert.equal(answers(theta, "mlx-lm").at(-1)?.endsWith("yes"), true);
});

test("refusedByAll() refuses a type that no runtime has, with the nearest, and packing that none reads", () => {
  const unknown = refusedByAll({ ...LLAMA, modelType: "qwen3_mo" }, { isSound: true });
  assert.equal(unknown?.cause, "unsupported-architecture");
  assert.match(unknown?.detail ?? "", /mlx-lm up to 0\.32\.2.*the nearest is "qwen3_moe"/);
  const packed = { ...LLAMA, config: { quantization_config: { quant_method: "bitsandbytes" } } };
  const none = refusedByAll(packed, { isSound: true });
  assert.equal(none?.cause, "quantization");
  assert.match(none.detail, /mlx-lm: it does not read weights that are packed by "bitsandbytes"/);
  assert.match(none.detail, /mlx-embeddings: up to .* it has no architecture "llama"$/);
  assert.equal(refusedByAll(packed, { isSound: false }), undefined);
  assert.equal(refusedByAll(LLAMA, { isSound: true }), undefined);
});

test("an error of the files is an obstacle for every runtime", () => {
  const finding = { cause: "truncated", path: "x", detail: "It is cut", level: "error" } as const;
  const verdicts = judgeRuntimes(LLAMA, { findings: [finding], remedy: "mend it" });
  assert.ok(verdicts.every(({ loads, why }) => !loads && why[0] === "x: It is cut"));
  assert.ok(verdicts.every(({ remedy }) => remedy === "mend it"));
});

test("no type of mlx-lm is taken for one of audio or a drafter", () => {
  const kinds = typesOf("mlx-lm", ["model"]).map((type) => {
    const kind = modelKind({ paths: [], config: { model_type: type } });
    return `${type} ${kind}`;
  });
  assert.deepEqual(
    kinds.filter((text) => / (?:audio|draft)$/.test(text)),
    [],
  );
  assert.equal(modelKind({ paths: [], config: { model_type: "spark" } }), "audio");
});

test("every runtime has a source for each rule, and a table that names its types", () => {
  for (const { name, registries = ["model"], rules, since } of RUNTIMES) {
    assert.ok(typesOf(name, registries).length > 5, name);
    assert.ok(
      rules.every(({ source }) => source.includes("@")),
      name,
    );
    assert.ok(compareVersions(since, newestVersion(name)) <= 0, name);
  }
  assert.equal(versionsOfType("mlx-lm", "kimi_k2", ["model"])?.from, "0.26.1");
});

function answers(facts: ModelFacts, runtime: string): string[] {
  return judgeRuntimes(facts)
    .filter((one) => one.runtime === runtime)
    .map(({ from, before = "", loads }) => `${from}..${before} ${loads ? "yes" : "no"}`);
}

function whyNot(facts: ModelFacts, runtime: string): string {
  return judgeRuntimes(facts)
    .filter((one) => one.runtime === runtime)
    .flatMap(({ why }) => why)
    .join("; ");
}
