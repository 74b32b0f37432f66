import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles, writeBytes } from "../../../harness/disk/mod.ts";
import {
  FLOAT_PACKINGS,
  type Tensor,
  tensorsOf,
  TINY_FAMILIES,
  tinyFamily,
  type TinyModel,
  writeSafetensors,
} from "../../../harness/models/mod.ts";
import { type GreedyToken, openReferenceModel, type OpenReferenceModelOptions } from "./mod.ts";

/** Longer than what goes through the layers at once, and than the windows. */
const PROMPT = Array.from({ length: 34 }, (_, index) => (index * 53 + 7) % 259);

const LIMITS = { maxTokens: 2, topLogits: 288 };

for (const [at, family] of TINY_FAMILIES.entries()) {
  const quantization = FLOAT_PACKINGS[at % FLOAT_PACKINGS.length];
  const model = tinyFamily(family, { tied: at % 2 === 0, quantization, shards: 2 });

  test(`${family}: logits are the same to the last bit whatever the count of threads and of memories`, async () => {
    const one = await generated(model, PROMPT, { threads: 1 });
    assert.equal(one.length, 2);
    assert.deepEqual(await generated(model, PROMPT, { threads: 2, segmentBytesMax: 40_000 }), one);
  });

  test(`${family}: logits are the same however the prompt is divided`, async () => {
    const [first, second] = await generated(model, PROMPT, { threads: 1 });
    const [again] = await generated(model, [...PROMPT, first?.id ?? 0], { threads: 1 });
    assert.deepEqual(again, second);
  });
}

test("experts whose tensors are apart give what stacked ones give, as mlx-lm takes both", async () => {
  for (const family of ["mixtral", "qwen2_moe", "qwen3_moe"] as const) {
    const model = tinyFamily(family);
    const expected = await generated(model, PROMPT, {});
    assert.deepEqual(await generated(withExpertsApart(model), PROMPT, {}), expected, family);
  }
});

test("scales of scales and a tensor of another shape are refused by name", async () => {
  const model = tinyFamily("qwen3_moe");
  const global = renamed(model, "model.norm.weight", "model.layers.0.mlp.gate.global_scale");
  await assert.rejects(generated(global, PROMPT, {}), {
    code: "unsupported",
    message: /gate\.global_scale/,
  });
  const missing = renamed(model, "mlp.switch_mlp.up_proj.weight", "mlp.switch_mlp.other.weight");
  await assert.rejects(generated(missing, PROMPT, {}), {
    code: "corrupt-model",
    message: /switch_mlp\.up_proj\.weight" is missing/,
  });
});

const MIXTRAL_NAMES = new Map([
  ["gate_proj", "w1"],
  ["up_proj", "w3"],
  ["down_proj", "w2"],
]);

function withExpertsApart(model: TinyModel): TinyModel {
  const files = model.files.map((file) => {
    if (!model.weightFiles.includes(file.path)) return file;
    const tensors = tensorsOf(file.bytes).flatMap((tensor): Tensor[] => {
      const [, at, name = "", part] = /^(.+)\.switch_mlp\.(\w+)\.(\w+)$/.exec(tensor.name) ?? [];
      if (at === undefined) return [tensor];
      const own = at.endsWith("block_sparse_moe") ? MIXTRAL_NAMES.get(name) : name;
      const [count = 1, ...shape] = tensor.shape;
      const sizeBytes = tensor.data.length / count;
      return Array.from({ length: count }, (_, expert) => ({
        ...tensor,
        name: `${at}.experts.${expert}.${own}.${part}`,
        shape,
        data: tensor.data.subarray(expert * sizeBytes, (expert + 1) * sizeBytes),
      }));
    });
    return { ...file, bytes: writeSafetensors(tensors) };
  });
  return { ...model, files };
}

/** The model with some tensors under another name. */
function renamed(model: TinyModel, from: string, to: string): TinyModel {
  const files = model.files.map((file) => {
    if (!model.weightFiles.includes(file.path)) return file;
    const tensors = tensorsOf(file.bytes).map((tensor) => ({
      ...tensor,
      name: tensor.name.replace(from, to),
    }));
    return { ...file, bytes: writeSafetensors(tensors) };
  });
  return { ...model, files };
}

async function generated(
  { files: modelFiles }: TinyModel,
  ids: readonly number[],
  options: OpenReferenceModelOptions,
): Promise<GreedyToken[]> {
  const files = memoryFiles();
  for (const { path, bytes } of modelFiles) await writeBytes(files, `/model/${path}`, bytes);
  const model = await openReferenceModel(files, "/model", options);
  const steps: GreedyToken[] = [];
  for await (const step of model.generate(ids, LIMITS)) steps.push(step);
  await model.close();
  return steps;
}
