import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FAMILY_CASES_MIN,
  familyCases,
  tinyFamily,
  tinyLlama,
  type TinyModel,
} from "../../harness/internal.ts";
import { type MlxAnswer, RealMlx } from "../../harness/models/real_mlx_logits.ts";
import { compareWithMlx } from "./compare_with_mlx.ts";
import { relativeTolerance, TOLERANCE } from "./inference_tolerance.ts";
import { findPython } from "../../harness/subjects/find_python.ts";

const python = findPython() ?? "";

/** `mlx-conform bench compare` compares more of them. */
const MODELS = 42;

test(
  "the reference generates the tokens of real MLX, with logits as close as float32 allows",
  {
    skip: python === "" && "no Python with mlx-lm: run npm run subjects, or set MLX_LAYOUT_PYTHON",
    timeout: 600_000,
  },
  async (context) => {
    await using mlx = new RealMlx(python);
    let difference = 0;
    for (const one of familyCases(MODELS, 1)) {
      const exact = { tokens: 8, tolerance: TOLERANCE, float32: true };
      const compared = await compareWithMlx(mlx, one, exact);
      assert.equal(compared.fault, undefined, compared.label);
      difference = Math.max(difference, compared.difference);
      if (one.dtype === "F32") continue;
      const narrow = { ...exact, relativeTolerance: relativeTolerance(one.dtype), float32: false };
      const { fault, label } = await compareWithMlx(mlx, one, narrow);
      assert.equal(fault, undefined, label);
    }
    context.diagnostic(`largest difference of two logits: ${difference.toExponential(1)}`);
  },
);

test(
  "the reference generates the tokens of real MLX for prompts longer than a window and than what MLX takes at once",
  {
    skip: python === "" && "no Python with mlx-lm: run npm run subjects, or set MLX_LAYOUT_PYTHON",
    timeout: 600_000,
  },
  async () => {
    await using mlx = new RealMlx(python);
    const promptIds = Array.from({ length: 2100 }, (_, at) => (at * at + at * 37 + 11) % 259);
    for (const model of longModels()) {
      const one = { model, traits: "a long prompt", dtype: "F32", promptIds } as const;
      const exact = { tokens: 4, tolerance: TOLERANCE, float32: true };
      const { fault, label } = await compareWithMlx(mlx, one, exact);
      assert.equal(fault, undefined, label);
    }
  },
);

function longModels(): TinyModel[] {
  const lists = { short_factor: [1, 1, 1, 1], long_factor: [1, 1.5, 4, 9] };
  const longrope = { type: "longrope", ...lists };
  return [
    tinyLlama({ family: "mistral", layers: 2, slidingWindow: 100, dtype: "F32" }),
    tinyFamily("gemma3_text", { config: { sliding_window: 512 }, quantization: MXFP4 }),
    tinyFamily("gemma2"),
    tinyFamily("phi3", { config: { rope_scaling: longrope, max_position_embeddings: 8192 } }),
    tinyFamily("qwen3_moe"),
  ];
}

const MXFP4 = { mode: "mxfp4", bits: 4, groupSize: 32 } as const;

test("familyCases() has every family with every packing, and prompts and models that differ", () => {
  const cases = familyCases(FAMILY_CASES_MIN, 1);
  const kinds = cases.map(({ model: { config } }) => {
    const block = config["quantization"] as Record<string, unknown> | undefined;
    const packing = [block?.["mode"], block?.["bits"], block?.["group_size"]].join(" ");
    return `${String(config["model_type"])} ${packing}`;
  });
  assert.equal(new Set(kinds).size, FAMILY_CASES_MIN);
  assert.equal(FAMILY_CASES_MIN, 14 * (1 + 7 * 3 + 3));
  const traits = cases.map((one) => `${one.traits}, ${JSON.stringify(one.model.config)}`);
  for (const trait of [
    "linear",
    "llama3",
    "yarn",
    "traditional",
    "attention bias",
    "window 7",
    "su",
  ]) {
    assert.ok(
      traits.some((text) => text.includes(trait)),
      trait,
    );
  }
  assert.ok(cases.some(({ promptIds }) => promptIds.length < 4));
  assert.ok(cases.some(({ promptIds }) => promptIds.length > 32));
  // A longer list begins with the shorter one.
  assert.deepEqual(familyCases(5, 1), cases.slice(0, 5));
});

test("compareWithMlx() finds another token, another logit and NaN", async () => {
  const [one] = familyCases(1, 1);
  assert.ok(one);
  const options = { tokens: 3, tolerance: TOLERANCE, float32: true };
  const size = Number(one.model.config["vocab_size"]);
  const answering = (logits: readonly number[]) => ({
    generate: async (): Promise<MlxAnswer> => ({
      device: "Device(cpu, 0)",
      loadMs: 0,
      cpuMs: 0,
      steps: [{ id: 0, ms: 0, logits }],
    }),
  });
  const ramp = Array.from({ length: size }, (_, id) => -id);
  const other = await compareWithMlx(answering(ramp), one, options);
  assert.match(other.fault ?? "", /token \d+ instead of 0 at step 1/);
  const missing = await compareWithMlx(answering([]), one, { ...options, tolerance: 1000 });
  assert.match(missing.fault ?? "", /logits differ by Infinity/);
  const flat = await compareWithMlx(answering(ramp.map(() => 0)), one, options);
  assert.match(flat.fault ?? "", /logits differ by/);
  assert.equal(flat.undecided, 1);
  const nothing = {
    generate: async (): Promise<MlxAnswer> => ({
      device: "Device(cpu, 0)",
      loadMs: 0,
      cpuMs: 0,
      steps: [],
    }),
  };
  assert.equal((await compareWithMlx(nothing, one, options)).fault, "no step was compared");
});
