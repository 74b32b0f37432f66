import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import test from "node:test";
import { memoryFiles, writeBytes } from "../harness/disk/mod.ts";
import { greedyTokens, tinyLlama } from "../harness/models/mod.ts";
import type { Digest, FileSystem } from "../spec/mod.ts";
import { nodeHost } from "./node_host.ts";
import { InferenceManager } from "./inference_manager.ts";

const DIRECTORY = "/models/org/name";
const MODEL = tinyLlama();

test("InferenceManager examines the model where it is located", async () => {
  const manager = new InferenceManager(await disk(), { locate: async () => DIRECTORY });
  assert.equal(await manager.locate({ repository: "org/name" }), DIRECTORY);
  const report = await manager.check({ repository: "org/name" });
  assert.deepEqual([report.directory, report.loadable], [DIRECTORY, true]);
});

test("InferenceManager examines a directory by its path", async () => {
  const manager = new InferenceManager(await disk(), { locate: async () => undefined });
  assert.equal((await manager.check({ directory: DIRECTORY })).loadable, true);
  const absent = manager.check({ directory: "/models/org/other" });
  await assert.rejects(absent, { code: "not-downloaded" });
});

test("InferenceManager says that a model is not there", async () => {
  const manager = new InferenceManager(memoryFiles(), { locate: async () => undefined });
  await assert.rejects(manager.locate({ repository: "org/name" }), { code: "not-downloaded" });
  await assert.rejects(manager.check({ repository: "org/name" }), { code: "not-downloaded" });
});

test("InferenceManager compares with the digests that are recorded", async () => {
  const digests = new Map<string, Digest>(
    MODEL.files.map(({ path }) => [
      path,
      `sha256:${createHash("sha256").update("").digest("hex")}`,
    ]),
  );
  const asked: string[] = [];
  const manager = new InferenceManager(await disk(), {
    locate: async () => DIRECTORY,
    digests: async (directory) => {
      asked.push(directory);
      return digests;
    },
  });
  const { findings } = await manager.check({ repository: "org/name" });
  assert.deepEqual(asked, [DIRECTORY]);
  assert.deepEqual(
    findings
      .filter(({ cause }) => cause === "hash")
      .map(({ path }) => path)
      .sort(),
    MODEL.files.map(({ path }) => path).sort(),
  );
});

test("InferenceManager loads and generates, by ids and by text, in this process where none may be started", async () => {
  const { clock } = nodeHost();
  const manager = new InferenceManager(await disk(), {
    locate: async () => DIRECTORY,
    run: { clock, env: {} },
  });
  const seen: number[] = [];
  const made = await manager.generate(
    { repository: "org/name", prompt: [5, 6, 7], maxTokens: 4 },
    { onToken: ({ id }) => seen.push(id) },
  );
  const own = greedyTokens(MODEL, [5, 6, 7], 4).map(({ id }) => id);
  assert.deepEqual(seen, own);
  assert.deepEqual([made.directory, made.runner, made.finish], [DIRECTORY, "reference", "limit"]);
  assert.equal(made.model.vocabularySize, 288);
  const chat = { directory: DIRECTORY, prompt: "hello", chat: true, maxTokens: 2 } as const;
  const said = await manager.generate({ ...chat, stopAtEnd: false });
  const raw = await manager.generate({ ...chat, chat: false, stopAtEnd: false });
  assert.ok(said.promptIds.length > raw.promptIds.length);
});

test("InferenceManager keeps a model for several prompts", async () => {
  const { clock } = nodeHost();
  const manager = new InferenceManager(await disk(), {
    locate: async () => DIRECTORY,
    run: { clock, env: {} },
  });
  await using running = await manager.load({ repository: "org/name", runner: "reference" });
  assert.equal(running.model.architecture, "llama");
  for (const prompt of [[5, 6, 7], [8]]) {
    const { tokens } = await running.generate({ prompt, maxTokens: 3 });
    assert.deepEqual(
      tokens.map(({ id }) => id),
      greedyTokens(MODEL, prompt, 3).map(({ id }) => id),
    );
  }
  await assert.rejects(running.generate({ prompt: [], maxTokens: 3 }), {
    code: "invalid-argument",
  });
});

test("InferenceManager refuses what is not right, what asks for nothing, and to run where it cannot", async () => {
  const { clock } = nodeHost();
  const files = await disk();
  const options = { locate: async () => DIRECTORY, run: { clock, env: {} } };
  const manager = new InferenceManager(files, options);
  const ask = { repository: "org/name", prompt: [5], maxTokens: 1 } as const;
  for (const wrong of [{ maxTokens: 0 }, { prompt: [] }, { prompt: [-1] }, { prompt: "" }]) {
    await assert.rejects(manager.generate({ ...ask, ...wrong }), { code: "invalid-argument" });
  }
  const reader = new InferenceManager(files, { locate: async () => DIRECTORY });
  await assert.rejects(reader.generate(ask), { code: "unsupported" });
  await files.unlink(join(DIRECTORY, "tokenizer.json"));
  await assert.rejects(manager.generate(ask), {
    code: "corrupt-model",
    file: "tokenizer.json",
    actual: "missing-tokenizer",
  });
});

test("InferenceManager plans the load of a model", async () => {
  const manager = new InferenceManager(await disk(), { locate: async () => DIRECTORY });
  const plan = await manager.plan({ repository: "org/name" }, { runtime: "mlx-lm" });
  assert.deepEqual([plan.directory, plan.stopsAt, plan.missing], [DIRECTORY, undefined, []]);
  assert.deepEqual(
    plan.unused.map(({ path }) => path),
    ["model.safetensors.index.json", "special_tokens_map.json"],
  );
});

async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  for (const { path, bytes } of MODEL.files) await writeBytes(files, join(DIRECTORY, path), bytes);
  return files;
}

test("InferenceManager.check() is cancelled, and reads as far as it is asked to", async () => {
  const manager = new InferenceManager(await disk(), { locate: async () => DIRECTORY });
  const request = { repository: "org/name" };
  const cancelled = manager.check(request, { signal: AbortSignal.abort() });
  await assert.rejects(cancelled, { code: "cancelled" });
  const other = `sha256:${createHash("sha256").update("").digest("hex")}` as const;
  const judging = new InferenceManager(await disk(), {
    locate: async () => DIRECTORY,
    digests: async () => new Map<string, Digest>([["model.safetensors", other]]),
  });
  assert.equal((await judging.check(request)).loadable, false);
  assert.equal((await judging.check(request, { depth: "headers" })).loadable, true);
});

test("InferenceManager.check() finds nothing wrong with code that is trusted", async () => {
  const files = await disk();
  const config = { ...MODEL.config, model_file: "own.py" };
  await writeBytes(files, join(DIRECTORY, "config.json"), Buffer.from(JSON.stringify(config)));
  await writeBytes(files, join(DIRECTORY, "own.py"), Buffer.from("pass\n"));
  const manager = new InferenceManager(files, { locate: async () => DIRECTORY });
  const causes = async (trust: boolean) =>
    (await manager.check({ directory: DIRECTORY, trustModelCode: trust })).loadable;
  assert.deepEqual([await causes(false), await causes(true)], [false, true]);
});
