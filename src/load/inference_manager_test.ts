import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import test from "node:test";
import { memoryFiles, writeBytes } from "../../harness/disk/mod.ts";
import { tinyLlama } from "../../harness/models/mod.ts";
import type { Digest, FileSystem } from "../../spec/mod.ts";
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

async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  for (const { path, bytes } of MODEL.files) await writeBytes(files, join(DIRECTORY, path), bytes);
  return files;
}
