/**
 * Holds the tiny models, the quantization and the damages against real MLX and mlx-lm.
 *
 * Needs a Python with `mlx` and `mlx-lm`, whose path is in MLX_LAYOUT_PYTHON.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { after, before, test } from "node:test";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { anyModel } from "../arbitraries/any_model.ts";
import { damagesOf } from "./damages/damages.ts";
import { HARMLESS } from "./damages/harmless.ts";
import type { ModelFile, TinyModel } from "./model_file.ts";
import {
  dequantizeAffine,
  GROUP_SIZES,
  QUANTIZATION_BITS,
  quantizeAffine,
} from "./quantize_affine.ts";
import { dequantizeFloats, FLOAT_PACKINGS, quantizeFloats } from "./quantize_floats.ts";
import { seededNumbers } from "./seeded_numbers.ts";
import { tinyFamily } from "./families/tiny_family.ts";
import { TINY_FAMILIES } from "./families/tiny_family_options.ts";
import { tinyLlama } from "./tiny_llama.ts";
import { type TinyLlamaOptions, type TinyQuantization } from "./tiny_llama_options.ts";
import { findPython } from "../subjects/find_python.ts";

const python = findPython() ?? "";
const options = {
  skip: python === "" && "no Python with mlx-lm: run npm run subjects, or set MLX_LAYOUT_PYTHON",
  timeout: 600_000,
};

/** Which of several places a damage hits. */
const CHOICES = [0, 5];

const PROMPT = "hello there, the größe 漢字 🙂\n";

interface Answer {
  readonly ok: boolean;
  readonly stage?: string;
  readonly error?: string;
  readonly ids?: readonly number[];
  readonly decoded?: string;
  readonly rendered?: string | null;
  readonly template_error?: string;
  readonly tokens?: readonly number[];
  readonly packed?: readonly number[];
  readonly scales?: readonly number[];
  readonly biases?: readonly number[];
  readonly values?: readonly number[];
}

interface RunningPython {
  readonly stdin: Writable;
  readonly lines: AsyncIterator<string>;
}

let directory = "";
let running: RunningPython | undefined;

before(() => {
  directory = mkdtempSync(join(tmpdir(), "tiny-models-"));
});

after(() => {
  running?.stdin.end();
  rmSync(directory, { recursive: true, force: true });
});

test(
  "tinyLlama() makes models that mlx-lm runs, for all bits, groups, ties and shards",
  options,
  async () => {
    for (const model of gridModels()) {
      await assertRuns(model);
    }
  },
);

test("anyModel() draws models that mlx-lm runs", options, async () => {
  for (const model of fc.sample(anyModel(), { numRuns: 60, seed: 1 })) {
    await assertRuns(model);
  }
});

test(
  "tinyLlama() gives mlx-lm the same tokens whatever the sharding and side files",
  options,
  async () => {
    const base: Partial<TinyLlamaOptions> = { layers: 2, dtype: "F32", tied: false };
    const plain = (await ask(tinyLlama(base).files)).tokens;
    assert.ok(new Set(plain).size > 1, "the tokens vary, so that a wrong one shows");
    for (const shards of [2, 3, 4] as const) {
      const model = tinyLlama({
        ...base,
        shards,
        nested: true,
        staleIndex: true,
        extraFiles: true,
      });
      assert.deepEqual((await ask(model.files)).tokens, plain);
    }
  },
);

test("DAMAGES are refused and accepted by mlx-lm as they say", options, async () => {
  const wrong: string[] = [];
  for (const model of damagedModels()) {
    for (const damage of damagesOf(model)) {
      for (const choose of CHOICES) {
        const { ok, stage, error, template_error } = await ask(damage.apply(model, choose));
        if (ok !== damage.acceptedByMlx) {
          wrong.push(`${damage.name} (${model.label}): ${ok ? "accepted" : `${stage}: ${error}`}`);
        }
        if (ok && (template_error !== undefined) !== (damage.cause === "bad-template")) {
          wrong.push(`${damage.name} (${model.label}): template: ${template_error}`);
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("HARMLESS changes give mlx-lm the same tokens", options, async () => {
  for (const model of damagedModels()) {
    const { tokens } = await ask(model.files);
    for (const harmless of HARMLESS) {
      const answer = await ask(harmless.apply(model));
      assert.deepEqual(answer.tokens, tokens, `${harmless.name}: ${answer.error}`);
    }
  }
});

test(
  "quantizeAffine() and dequantizeAffine() give what MLX gives, bit for bit",
  options,
  async () => {
    for (const bits of QUANTIZATION_BITS) {
      for (const groupSize of GROUP_SIZES) {
        const values = seededNumbers(6 * 256, { seed: bits, name: `${groupSize}`, spread: 1.5 });
        // Groups that lie on one side of zero, and one that is all zero.
        values.subarray(0, 256).forEach((value, at, row) => (row[at] = Math.abs(value)));
        values.subarray(256, 512).forEach((value, at, row) => (row[at] = -Math.abs(value) - 1));
        values.fill(0, 512, 768);
        const request = { values: [...values], columns: 256, bits, group_size: groupSize };
        const real = await answer({ quantize: request });
        const ours = quantizeAffine({ values, rows: 6, columns: 256 }, { bits, groupSize });
        const label = `${bits} bits, groups of ${groupSize}`;
        assert.deepEqual([...ours.scales], [...Float32Array.from(real.scales ?? [])], label);
        assert.deepEqual([...ours.biases], [...Float32Array.from(real.biases ?? [])], label);
        assert.deepEqual([...ours.packed], real.packed, label);
        const back = dequantizeAffine(ours, { bits, groupSize });
        real.values?.forEach((value, at) => assert.ok(Math.abs(value - (back[at] ?? NaN)) < 1e-5));
      }
    }
  },
);

test(
  "quantizeFloats() and dequantizeFloats() give what MLX gives, bit for bit",
  options,
  async () => {
    for (const packing of FLOAT_PACKINGS) {
      const { bits, groupSize, mode } = packing;
      const values = seededNumbers(6 * 256, { seed: bits, name: mode, spread: 1.5 });
      // A group that is all zero, and small numbers.
      values.fill(0, 512, 768);
      values.subarray(768, 1024).forEach((value, at, row) => (row[at] = value * 1e-4));
      const request = { values: [...values], columns: 256, bits, group_size: groupSize, mode };
      const real = await answer({ quantize: request });
      const ours = quantizeFloats({ values, rows: 6, columns: 256 }, packing);
      assert.deepEqual([...ours.scales], real.scales, mode);
      assert.deepEqual([...ours.packed], real.packed, mode);
      assert.deepEqual([...dequantizeFloats(ours, packing)], real.values, mode);
    }
  },
);

test("tinyFamily() makes models that mlx-lm runs", options, async () => {
  for (const family of TINY_FAMILIES) {
    await assertRuns(tinyFamily(family, { seed: 1, shards: 2, tied: false }));
    const quantization = { mode: "mxfp4", bits: 4, groupSize: 32 } as const;
    await assertRuns(tinyFamily(family, { dtype: "BF16", quantization }));
  }
});

/** Every kind of quantization, each with some sharding, tying and dtype. */
function gridModels(): TinyModel[] {
  const dtypes = ["F16", "BF16", "F32"] as const;
  const pairs = QUANTIZATION_BITS.flatMap((bits) =>
    GROUP_SIZES.map((groupSize) => ({ bits, groupSize })),
  );
  return pairs.flatMap(({ bits, groupSize }, at) =>
    [true, false].flatMap((tied) => {
      const shards = (((at + (tied ? 0 : 1)) % 4) + 1) as 1 | 2 | 3 | 4;
      const common = {
        hiddenSize: groupSize,
        intermediateSize: Math.max(groupSize, 64),
        shards,
        tied,
        dtype: dtypes[at % 3] ?? "F32",
      } as const;
      const perLayer: TinyQuantization["perLayer"] = {
        "model.layers.0.mlp.down_proj": { bits: bits === 8 ? 4 : 8, groupSize },
        "model.layers.0.self_attn.v_proj": false,
        "model.embed_tokens": tied ? { bits: 6, groupSize } : false,
      };
      return [
        tinyLlama({ ...common, quantization: { bits, groupSize } }),
        tinyLlama({ ...common, quantization: { bits, groupSize, perLayer } }),
      ];
    }),
  );
}

function damagedModels(): TinyModel[] {
  return [
    tinyLlama(),
    tinyLlama({ shards: 3, tied: false, layers: 2, dtype: "BF16", chatTemplate: "in-config" }),
    tinyLlama({
      hiddenSize: 64,
      quantization: { bits: 6, groupSize: 64 },
      dtype: "F32",
      shards: 2,
    }),
    tinyLlama({ quantization: undefined, dtype: "BF16", tied: false, chatTemplate: "none" }),
    tinyLlama({ quantization: undefined, dtype: "F32", shards: 2 }),
  ];
}

async function assertRuns(model: TinyModel): Promise<void> {
  const { ok, error, stage, ids, decoded, tokens, rendered } = await ask(model.files);
  assert.ok(ok, `${model.label}: ${stage}: ${error}`);
  assert.equal(decoded, PROMPT);
  const json = (path: string) => {
    const file = model.files.find((one) => one.path === path);
    return JSON.parse(new TextDecoder().decode(file?.bytes)) as Record<string, unknown>;
  };
  const tokenizer = new Tokenizer(json("tokenizer.json"), json("tokenizer_config.json"));
  assert.deepEqual(tokenizer.encode(PROMPT).ids, ids);
  assert.equal(tokens?.length, 6);
  assert.ok(tokens.every((token) => token < Number(model.config["vocab_size"])));
  const hasTemplate = !model.label.includes("template none");
  assert.equal(rendered?.startsWith("<|im_start|>user\nhello") ?? false, hasTemplate);
}

async function ask(files: readonly ModelFile[]): Promise<Answer> {
  const place = mkdtempSync(join(directory, "m"));
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), bytes);
  }
  try {
    return await answer({ directory: place, prompt: PROMPT, count: 6 });
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** Asks the one Python process, and a new one after a crash: some damages kill MLX outright. */
async function answer(request: unknown): Promise<Answer> {
  const { stdin, lines } = (running ??= startPython());
  stdin.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await lines.next();
  if (done === true) {
    running = undefined;
    return { ok: false, stage: "crash", error: "The process ended without an answer" };
  }
  return JSON.parse(value) as Answer;
}

function startPython(): RunningPython {
  const child = spawn(python, [join(import.meta.dirname, "real_mlx.py")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  // A write after a crash fails; the missing answer says so already.
  child.stdin.on("error", () => {});
  return {
    stdin: child.stdin,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
  };
}
