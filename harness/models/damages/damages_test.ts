import assert from "node:assert/strict";
import test from "node:test";
import { CHECK_CAUSES, type CheckCause } from "../../../spec/mod.ts";
import { DAMAGES, damagesOf, DISK_DAMAGES } from "./damages.ts";
import { HARMLESS } from "./harmless.ts";
import type { ModelFile, TinyModel } from "../model_file.ts";
import { tensorsOf } from "../split_safetensors.ts";
import { tinyLlama } from "../tiny_llama.ts";

const MODELS: readonly TinyModel[] = [
  tinyLlama(),
  tinyLlama({ shards: 4, tied: false, layers: 2, chatTemplate: "in-config" }),
  tinyLlama({ quantization: undefined, dtype: "BF16", tied: false, chatTemplate: "none" }),
  tinyLlama({ quantization: undefined, dtype: "F32", shards: 2 }),
  tinyLlama({ attentionBias: true, layers: 2 }),
  tinyLlama({ quantization: { mode: "mxfp4", bits: 4, groupSize: 32 } }),
];

test("DAMAGES have unique names and each breaks some model", () => {
  assert.equal(new Set(DAMAGES.map(({ name }) => name)).size, DAMAGES.length);
  const applied = new Set(MODELS.flatMap((model) => damagesOf(model)));
  assert.deepEqual(
    DAMAGES.filter((damage) => !applied.has(damage)).map(({ name }) => name),
    [],
  );
});

test("DAMAGES change something, wherever they hit, and leave the model itself alone", () => {
  for (const model of MODELS) {
    const before = snapshot(model.files);
    for (const damage of damagesOf(model)) {
      for (let choose = 0; choose < 12; choose++) {
        assert.notDeepEqual(snapshot(damage.apply(model, choose)), before, damage.name);
      }
    }
    assert.deepEqual(snapshot(model.files), before);
  }
});

test("DAMAGES repeat for the same choice", () => {
  for (const model of MODELS) {
    for (const damage of damagesOf(model)) {
      assert.deepEqual(
        snapshot(damage.apply(model, 7)),
        snapshot(damage.apply(model, 7)),
        damage.name,
      );
    }
  }
});

const UNDAMAGED: readonly CheckCause[] = ["not-judged", "missing-tokenizer-config"];

test("DAMAGES name every cause that is a property of files", () => {
  const named = new Set<string>(DAMAGES.map(({ cause }) => cause));
  Object.values(DISK_DAMAGES).forEach(({ cause }) => named.add(cause));
  assert.deepEqual(
    // What was not judged is not a property of the files alone: it is a matter of limits. Without tokenizer_config.json some
    // runtimes load a model, so that it is no damage.
    CHECK_CAUSES.filter((cause) => !named.has(cause) && !UNDAMAGED.includes(cause)),
    [],
  );
});

test("weights-one-bit-flipped flips one bit", () => {
  const [model] = MODELS;
  assert.ok(model);
  const damage = DAMAGES.find(({ name }) => name === "weights-one-bit-flipped");
  const damaged = damage?.apply(model, 5).find(({ path }) => path === "model.safetensors")?.bytes;
  const sound = model.files.find(({ path }) => path === "model.safetensors")?.bytes;
  assert.ok(damaged && sound);
  const differences = [...damaged].map((byte, at) => byte ^ (sound[at] ?? 0)).filter((x) => x > 0);
  assert.deepEqual(differences, [1]);
});

test("tensors-overlap and tensors-leave-a-gap keep every tensor inside the file", () => {
  for (const name of ["tensors-overlap", "tensors-leave-a-gap"]) {
    const damage = DAMAGES.find((one) => one.name === name);
    for (const model of MODELS) {
      const sound = new Map(model.files.map(({ path, bytes }) => [path, bytes]));
      for (const { path, bytes } of damage?.apply(model, 3) ?? []) {
        if (model.weightFiles.includes(path) && bytes !== sound.get(path)) {
          const sizes = (file: Uint8Array) => tensorsOf(file).map(({ data }) => data.length);
          assert.deepEqual(sizes(bytes), sizes(sound.get(path) ?? bytes), name);
        }
      }
    }
  }
});

test("HARMLESS changes keep the weights' tensors, but for what a runtime drops, and each changes some model", () => {
  const changing = new Set<string>();
  for (const model of MODELS) {
    const tensors = (list: readonly ModelFile[], paths: readonly string[]) =>
      list
        .filter(({ path }) => paths.includes(path))
        .flatMap(({ bytes }) => tensorsOf(bytes))
        .map(({ name, data }) => [name, [...data]] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
    const before = tensors(model.files, model.weightFiles);
    const own = new Set(before.map(([name]) => name));
    for (const harmless of HARMLESS) {
      const { name } = harmless;
      const files = harmless.apply(model);
      const after = tensors(files, harmless.weightFiles?.(model) ?? model.weightFiles);
      const kept = after.filter(([tensor]) => own.has(tensor));
      assert.deepEqual(kept, before, name);
      const isChanged = JSON.stringify(snapshot(files)) !== JSON.stringify(snapshot(model.files));
      if (isChanged) changing.add(name);
    }
  }
  assert.deepEqual(
    HARMLESS.map(({ name }) => name).filter((name) => !changing.has(name)),
    [],
  );
});

function snapshot(files: readonly ModelFile[]): Record<string, string> {
  return Object.fromEntries(
    files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString("base64")]),
  );
}
