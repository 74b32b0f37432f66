import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { anyModel } from "../../harness/arbitraries/any_model.ts";
import { memoryFiles } from "../../harness/disk/memory_files.ts";
import {
  damagesOf,
  HARMLESS,
  type ModelFile,
  tinyLlama,
  type TinyModel,
} from "../../harness/models/mod.ts";
import type { CheckReport, Digest, FileSystem } from "../../spec/mod.ts";
import { checkDirectory } from "./check_directory.ts";

const DIRECTORY = "/models/org/name";

const MODELS: readonly TinyModel[] = [
  tinyLlama(),
  tinyLlama({ shards: 4, tied: false, layers: 2, chatTemplate: "in-config" }),
  tinyLlama({ quantization: undefined, dtype: "BF16", tied: false, chatTemplate: "none" }),
  tinyLlama({ quantization: undefined, dtype: "F32", shards: 2 }),
  tinyLlama({ dtype: "BF16", hiddenSize: 64, quantization: { bits: 2, groupSize: 64 } }),
];

test("checkDirectory() finds nothing wrong with sound models", async () => {
  await fc.assert(
    fc.asyncProperty(anyModel(), async (model) => {
      const report = await checkFiles(model.files);
      assert.deepEqual(errorsOf(report), []);
      assert.equal(report.loadable, true);
      assert.equal(report.architecture, "llama");
      assert.deepEqual(report.weightFiles, [...model.weightFiles].sort());
    }),
    { numRuns: 150 },
  );
});

test("checkDirectory() finds nothing wrong with harmless changes", async () => {
  for (const model of MODELS) {
    for (const harmless of HARMLESS) {
      const report = await checkFiles(harmless.apply(model));
      assert.deepEqual(errorsOf(report), [], `${harmless.name}: ${model.label}`);
    }
  }
});

test("checkDirectory() names the cause of every damage", async () => {
  const missed: string[] = [];
  for (const model of MODELS) {
    for (const damage of damagesOf(model)) {
      for (let choose = 0; choose < 6; choose++) {
        const report = await checkFiles(damage.apply(model, choose), digestsOf(model));
        const right = [damage.cause, ...(damage.alsoRight ?? [])];
        const named = report.findings.some(({ cause }) => right.includes(cause));
        const isRefused = !report.loadable || damage.cause === "unsupported-architecture";
        if (named && isRefused) continue;
        const found = report.findings.map(({ cause, path }) => `${cause} ${path}`).join(", ");
        missed.push(`${damage.name} #${choose} (${model.label}): ${found}`);
      }
    }
  }
  assert.deepEqual(missed, []);
});

test("checkDirectory() names the cause of every damage but a changed bit without any record", async () => {
  const unnoticed = new Set<string>();
  for (const model of MODELS) {
    for (const damage of damagesOf(model)) {
      for (let choose = 0; choose < 6; choose++) {
        const report = await checkFiles(damage.apply(model, choose));
        const right: readonly string[] = [damage.cause, ...(damage.alsoRight ?? [])];
        const isNamed = report.findings.some(({ cause }) => right.includes(cause));
        if (!isNamed) unnoticed.add(damage.name);
      }
    }
  }
  assert.deepEqual([...unnoticed].sort(), [
    "shards-with-each-others-bytes",
    "weights-one-bit-flipped",
  ]);
});

// Helpers

async function checkFiles(
  modelFiles: readonly ModelFile[],
  digests?: ReadonlyMap<string, Digest>,
): Promise<CheckReport> {
  const files = memoryFiles();
  await place(files, modelFiles);
  return await checkDirectory(files, DIRECTORY, { ...(digests && { digests }) });
}

async function place(files: FileSystem, modelFiles: readonly ModelFile[]): Promise<void> {
  for (const { path, bytes } of modelFiles) {
    await writeBytes(files, join(DIRECTORY, path), bytes);
  }
}

async function writeBytes(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const parents = dirname(path).split("/").slice(1);
  for (let depth = 1; depth <= parents.length; depth++) {
    const parent = `/${parents.slice(0, depth).join("/")}`;
    await files.mkdir(parent).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
  const file = await files.open(path, "wx");
  await file.write(bytes, 0);
  await file.close();
}

function digestsOf(model: TinyModel): Map<string, Digest> {
  return new Map(
    model.files.map(({ path, bytes }) => [
      path,
      `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    ]),
  );
}

function errorsOf(report: CheckReport): string[] {
  return report.findings
    .filter(({ level }) => level === "error")
    .map(({ cause, path, detail }) => `${cause} ${path}: ${detail}`);
}
