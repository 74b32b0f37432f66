import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { memoryFiles, writeBytes } from "../../../harness/disk/mod.ts";
import {
  damagesOf,
  type ModelFile,
  jsonBytes,
  tinyLlama,
  type TinyLlamaOptions,
} from "../../../harness/models/mod.ts";
import type { FileSystem } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { openReferenceModel, type OpenReferenceModelOptions } from "./mod.ts";
import type { GreedyToken, ReferenceModel } from "./reference_model.ts";

const LARGER = { layers: 2, hiddenSize: 64, tied: false, dtype: "F32" } as const;
const PROMPT = Array.from({ length: 45 }, (_, index) => (index * 53 + 7) % 259);

test("a model says what it is", async () => {
  const model = await opened({ shards: 2, family: "qwen2" });
  assert.equal(model.architecture, "qwen2");
  assert.equal(model.vocabularySize, 288);
  assert.equal(model.quantization, "affine, 4 bits, group size 32");
  // 8 packed matrices of three tensors, 3 biases, 3 norms.
  assert.equal(model.tensorCount, 8 * 3 + 3 + 3);
  assert.equal(model.parameterCount, 288 * 32 + 3 * 32 * 64 + 32 * (32 + 16 + 16 + 32) + 64 + 96);
  await model.close();
  const plain = await opened({ quantization: undefined });
  assert.equal(plain.quantization, undefined);
  await plain.close();
});

test("logits are the same to the last bit whatever the count of threads and of memories", async () => {
  const options: readonly OpenReferenceModelOptions[] = [
    { threads: 1 },
    { threads: 2 },
    { threads: 3, segmentBytesMax: 40_000 },
  ];
  const all: GreedyToken[][] = [];
  for (const one of options) {
    const model = await opened(LARGER, one);
    all.push(await generated(model, PROMPT, { maxTokens: 5, topLogits: 288 }));
    await model.close();
  }
  const [first, ...others] = all;
  assert.equal(first?.length, 5);
  for (const other of others) assert.deepEqual(other, first);
});

test("logits are the same however the prompt is divided: a token's vector does not depend on its company", async () => {
  const model = await opened(LARGER);
  const long = await generated(model, PROMPT, { maxTokens: 4, topLogits: 288 });
  // One token more is generated than given: each step's text is the prompt and what came before.
  const ids = long.map(({ id }) => id);
  for (const [at, step] of long.entries()) {
    const [again] = await generated(model, [...PROMPT, ...ids.slice(0, at)], {
      maxTokens: 1,
      topLogits: 288,
    });
    assert.deepEqual(again, step);
  }
  await model.close();
});

test("sharding and a shorter memory piece do not change what is generated", async () => {
  const expected = await idsOf({ ...LARGER, shards: 1 });
  assert.deepEqual(await idsOf({ ...LARGER, shards: 4, staleIndex: true, nested: true }), expected);
  assert.deepEqual(await idsOf(LARGER, { segmentBytesMax: 30_000 }), expected);
});

test("generate() stops after a stop token, which it gives, and after the limit", async () => {
  const model = await opened(LARGER);
  const ids = (await generated(model, PROMPT, { maxTokens: 6 })).map(({ id }) => id);
  assert.equal(ids.length, 6);
  const third = ids[2] ?? -1;
  const stopped = await generated(model, PROMPT, { maxTokens: 6, stopIds: [999, third] });
  assert.deepEqual(
    stopped.map(({ id }) => id),
    ids.slice(0, ids.indexOf(third) + 1),
  );
  assert.deepEqual(await generated(model, PROMPT, { maxTokens: 0 }), []);
  const [step] = await generated(model, PROMPT, { maxTokens: 1, topLogits: 3 });
  assert.equal(step?.topLogits?.length, 3);
  assert.equal(step?.topLogits?.[0]?.id, step?.id);
  await model.close();
});

test("generations that are asked for at once run one after the other", async () => {
  const model = await opened(LARGER, { threads: 2 });
  const alone = await generated(model, PROMPT, { maxTokens: 4 });
  const other = await generated(model, [5, 6], { maxTokens: 7 });
  const both = await Promise.all([
    generated(model, PROMPT, { maxTokens: 4 }),
    generated(model, [5, 6], { maxTokens: 7 }),
  ]);
  assert.deepEqual(both, [alone, other]);
  await model.close();
});

test("a generation that is cancelled while it waits leaves the order of the others as it is", async () => {
  const model = await opened(LARGER);
  const order: string[] = [];
  const first = model.generate(PROMPT, { maxTokens: 3 })[Symbol.asyncIterator]();
  await first.next();
  const controller = new AbortController();
  const second = generated(model, [1], { maxTokens: 1, signal: controller.signal });
  const third = generated(model, [2], { maxTokens: 1 }).then(() => order.push("third"));
  controller.abort();
  await assert.rejects(second, { name: "AbortError" });
  await first.next();
  order.push("first");
  await first.return?.();
  await third;
  assert.deepEqual(order, ["first", "third"]);
  await model.close();
});

test("a generation that is left early lets the next one begin", async () => {
  const model = await opened(LARGER);
  for await (const { id } of model.generate(PROMPT, { maxTokens: 50 })) {
    assert.ok(id >= 0);
    break;
  }
  assert.equal((await generated(model, PROMPT, { maxTokens: 2 })).length, 2);
  await model.close();
});

test("a signal ends a generation with its reason, before and between tokens", async () => {
  for (const threads of [1, 2]) {
    const model = await opened(LARGER, { threads });
    const controller = new AbortController();
    const reason = new Error("enough");
    let count = 0;
    await assert.rejects(async () => {
      const { signal } = controller;
      for await (const _ of model.generate(PROMPT, { maxTokens: 100, signal })) {
        count += 1;
        if (count === 3) controller.abort(reason);
      }
    }, reason);
    assert.equal(count, 3);
    await assert.rejects(
      generated(model, PROMPT, { maxTokens: 1, signal: AbortSignal.abort(reason) }),
      reason,
    );
    assert.equal((await generated(model, PROMPT, { maxTokens: 2 })).length, 2);
    await model.close();
  }
});

test("a pass that was cancelled in the middle leaves nothing behind", async () => {
  const model = await opened(LARGER, { threads: 2 });
  const expected = await generated(model, PROMPT, { maxTokens: 3, topLogits: 9 });
  for (let turns = 0; turns < 30; turns++) {
    const controller = new AbortController();
    const options = { maxTokens: 3, signal: controller.signal };
    const broken = generated(model, PROMPT.toReversed(), options);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    controller.abort();
    await assert.rejects(broken, { name: "AbortError" });
    assert.deepEqual(await generated(model, PROMPT, { maxTokens: 3, topLogits: 9 }), expected);
  }
  await model.close();
});

test("close() ends a generation with an error that says so", async () => {
  for (const threads of [1, 2]) {
    const model = await opened(LARGER, { threads });
    await assert.rejects(
      async () => {
        for await (const _ of model.generate(PROMPT, { maxTokens: 100 })) await model.close();
      },
      { name: "ModelError", code: "cancelled" },
    );
    await assert.rejects(generated(model, PROMPT, { maxTokens: 1 }), { code: "cancelled" });
  }
});

test("a signal ends opening", async () => {
  const reason = new Error("enough");
  const opening = opened({}, { signal: AbortSignal.abort(reason) });
  await assert.rejects(opening, reason);
});

test("what makes no sense is refused before anything is computed", async () => {
  const model = await opened({});
  const wrong: readonly (readonly [readonly number[], object])[] = [
    [[], {}],
    [[288], {}],
    [[-1], {}],
    [[1.5], {}],
    [[1], { maxTokens: -1 }],
    [[1], { maxTokens: 0.5 }],
    [[1], { topLogits: Number.NaN }],
  ];
  for (const [ids, options] of wrong) {
    await assert.rejects(generated(model, ids, { maxTokens: 1, ...options }), {
      code: "invalid-argument",
    });
  }
  const tooMany = generated(model, [1], { maxTokens: 2 ** 40 });
  await assert.rejects(tooMany, { code: "limit-exceeded" });
  await model.close();
  await assert.rejects(opened({}, { threads: 0 }), { code: "invalid-argument" });
  await assert.rejects(opened({}, { threads: 10 ** 6 }), { code: "limit-exceeded" });
  await assert.rejects(opened({}, { segmentBytesMax: 1000 }), { code: "limit-exceeded" });
});

test("an architecture, a setting and a rotation that are not computed are refused by name", async () => {
  const refusals: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ model_type: "mamba" }, /"mamba"/],
    [{ model_file: "model.py" }, /code in the directory/],
    [{ quantize_activations: true }, /quantize_activations/],
    [{ rope_scaling: { rope_type: "proportional", factor: 2 } }, /"proportional"/],
    [{ rope_scaling: { type: "dynamic", factor: 2 } }, /"dynamic"/],
    [{ model_type: "gpt_oss" }, /"gpt_oss"/],
    [{ model_type: "smollm3", layer_types: ["sliding_attention"] }, /layer_types/],
    [{ model_type: "phi3", rope_scaling: { type: "yarn", long_factor: [1] } }, /"yarn"/],
  ];
  for (const [change, message] of refusals) {
    await assert.rejects(
      opening(withConfig(change)),
      (error: unknown) =>
        error instanceof ModelError && error.code === "unsupported" && message.test(error.message),
    );
  }
});

test("a configuration that describes no model is refused as corrupt", async () => {
  const changes: readonly Record<string, unknown>[] = [
    { rope_scaling: { rope_type: "llama3" } },
    { rope_theta: "much" },
    { rms_norm_eps: "small" },
    { hidden_size: undefined },
    { head_dim: 7 },
    { layer_types: ["sliding_attention"], sliding_window: null },
    { layer_types: ["sliding_attention"], sliding_window: 4 },
    { num_hidden_layers: 2 },
    { vocab_size: 300 },
    {
      quantization: {
        bits: 4,
        group_size: 32,
        "model.layers.0.mlp.up_proj": { bits: 8, group_size: 32 },
      },
    },
  ];
  for (const change of changes) {
    await assert.rejects(
      opening(withConfig(change)),
      { code: "corrupt-model" },
      JSON.stringify(change),
    );
  }
});

test("a directory without a model is refused as not downloaded", async () => {
  const files = memoryFiles();
  await assert.rejects(openReferenceModel(files, "/nowhere"), { code: "not-downloaded" });
  const withoutWeights = tinyLlama().files.filter(({ path }) => !path.endsWith(".safetensors"));
  await assert.rejects(opening(withoutWeights), { code: "not-downloaded" });
});

test("no damage makes the engine crash, hang or give a token that the model does not have", async () => {
  const models = [tinyLlama(), tinyLlama({ shards: 3, tied: false, layers: 2, dtype: "BF16" })];
  const cases = models.flatMap((model) => damagesOf(model).map((damage) => ({ model, damage })));
  for (const { model, damage } of cases) {
    try {
      const engine = await opening(damage.apply(model, 5));
      const steps = await generated(engine, [1, 2, 3], { maxTokens: 3 });
      assert.ok(
        steps.every(({ id }) => id >= 0 && id < engine.vocabularySize),
        damage.name,
      );
      await engine.close();
    } catch (error) {
      // Without config.json or weights the disk's error stands as the cause.
      assert.ok(error instanceof ModelError, `${damage.name}: ${String(error)}`);
    }
  }
});

test("a file that shrank since its header was read is refused", async () => {
  const files = await stored(tinyLlama().files);
  let opens = 0;
  const shrinking = new Proxy(files, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (name !== "open") return typeof value === "function" ? value.bind(target) : value;
      return async (path: string) => {
        opens += Number(path.endsWith(".safetensors"));
        const file = await target.open(path, "r");
        // The first time for the header, the second time for the data.
        return opens < 2 ? file : { ...emptyFile, close: () => file.close() };
      };
    },
  });
  await assert.rejects(openReferenceModel(shrinking, "/model"), {
    code: "corrupt-model",
    message: /too early/,
  });
});

test("drawn prompts give the same tokens on one thread and on two", async () => {
  const one = await opened(LARGER, { threads: 1 });
  const two = await opened(LARGER, { threads: 2 });
  const prompt = fc.array(fc.nat(287), { minLength: 1, maxLength: 80, size: "max" });
  await fc.assert(
    fc.asyncProperty(prompt, async (ids) => {
      const options = { maxTokens: 3, topLogits: 5 };
      assert.deepEqual(await generated(two, ids, options), await generated(one, ids, options));
    }),
    { numRuns: 15 },
  );
  await one.close();
  await two.close();
});

const emptyFile = { read: async () => 0 };

async function opened(
  options: Partial<TinyLlamaOptions>,
  opening: OpenReferenceModelOptions = {},
): Promise<ReferenceModel> {
  const files = await stored(tinyLlama(options).files);
  return await openReferenceModel(files, "/model", opening);
}

async function opening(modelFiles: readonly ModelFile[]): Promise<ReferenceModel> {
  return await openReferenceModel(await stored(modelFiles), "/model");
}

async function stored(modelFiles: readonly ModelFile[]): Promise<FileSystem> {
  const files = memoryFiles();
  for (const { path, bytes } of modelFiles) await writeBytes(files, `/model/${path}`, bytes);
  return files;
}

function withConfig(change: Record<string, unknown>): ModelFile[] {
  const { files, config } = tinyLlama();
  const bytes = jsonBytes({ ...config, ...change });
  return files.map((file) => (file.path === "config.json" ? { ...file, bytes } : file));
}

async function generated(
  model: ReferenceModel,
  ids: readonly number[],
  options: Parameters<ReferenceModel["generate"]>[1],
): Promise<GreedyToken[]> {
  const steps: GreedyToken[] = [];
  for await (const step of model.generate(ids, options)) steps.push(step);
  return steps;
}

async function idsOf(
  options: Partial<TinyLlamaOptions>,
  opening?: OpenReferenceModelOptions,
): Promise<number[]> {
  const model = await opened(options, opening);
  const steps = await generated(model, PROMPT, { maxTokens: 5 });
  await model.close();
  return steps.map(({ id }) => id);
}
