import assert from "node:assert/strict";
import { test } from "node:test";
import {
  diskError,
  memoryFiles,
  overwriteBytes,
  wrapFiles,
  writeBytes,
} from "../../harness/disk/mod.ts";
import { gitBlobSha1, sha256Hex } from "../../harness/hub/hub_file.ts";
import type { FileFault, FileSystem, MarkerFile } from "../../spec/mod.ts";
import { verifyFiles } from "./verify_files.ts";

const DIRECTORY = "/models/org/name";
const CONFIG = new TextEncoder().encode('{"model_type": "llama"}');
const WEIGHTS = new Uint8Array(3000).map((_, at) => at % 251);

test("verifyFiles() finds no fault where every file is as recorded", async () => {
  const { files, recorded } = await model();
  for (const hash of ["always", "touched"] as const)
    assert.deepEqual(await verifyFiles(files, DIRECTORY, { recorded, hash }), []);
});

test("verifyFiles() names each file that is missing or of another size", async () => {
  const { files, recorded } = await model();
  await files.unlink(`${DIRECTORY}/nested/config.json`);
  await overwriteBytes(files, `${DIRECTORY}/model.safetensors`, WEIGHTS.subarray(1));
  for (const hash of ["always", "touched"] as const) {
    const faults = await verifyFiles(files, DIRECTORY, { recorded, hash });
    assert.deepEqual(kindsOf(faults), {
      "nested/config.json": "missing",
      "model.safetensors": "size",
    });
  }
});

test("verifyFiles() finds other bytes of the same size in a file that was touched", async () => {
  const { files, recorded, pass } = await model();
  pass();
  await overwriteBytes(files, `${DIRECTORY}/model.safetensors`, WEIGHTS.toReversed());
  for (const hash of ["always", "touched"] as const) {
    const faults = await verifyFiles(files, DIRECTORY, { recorded, hash });
    assert.deepEqual(kindsOf(faults), { "model.safetensors": "hash" });
  }
});

test("verifyFiles() finds rot under an unchanged time only when it hashes every file", async () => {
  const { files, recorded } = await model();
  await overwriteBytes(files, `${DIRECTORY}/model.safetensors`, WEIGHTS.toReversed());
  const always = await verifyFiles(files, DIRECTORY, { recorded, hash: "always" });
  assert.deepEqual(kindsOf(always), { "model.safetensors": "hash" });
  assert.deepEqual(await verifyFiles(files, DIRECTORY, { recorded, hash: "touched" }), []);
});

test("verifyFiles() says which entry cannot be read, and goes on with the others", async () => {
  const { files, recorded } = await model();
  await files.unlink(`${DIRECTORY}/model.safetensors`);
  await files.mkdir(`${DIRECTORY}/model.safetensors`);
  const broken = wrapFiles(files, async (call, next) => {
    if (call.operation === "read") throw diskError("EIO", "read", call.path);
    return next();
  });
  const faults = await verifyFiles(broken, DIRECTORY, { recorded, hash: "always" });
  assert.deepEqual(kindsOf(faults), {
    "nested/config.json": "unreadable",
    "model.safetensors": "unreadable",
  });
  assert.match(faults.map(({ detail }) => detail).join(), /EIO/);
});

test("verifyFiles() ends with the disk's error where that is asked for", async () => {
  const { files, recorded } = await model();
  const broken = wrapFiles(files, async (call, next) => {
    if (call.operation === "stat") throw diskError("EIO", "stat", call.path);
    return next();
  });
  const verifying = verifyFiles(broken, DIRECTORY, { recorded, hash: "never", refusal: "error" });
  await assert.rejects(verifying, { code: "EIO" });
});

test("verifyFiles() stops when it is cancelled", async () => {
  const { files, recorded } = await model();
  const verifying = verifyFiles(files, DIRECTORY, {
    recorded,
    hash: "always",
    signal: AbortSignal.abort(),
  });
  await assert.rejects(verifying, { code: "cancelled" });
});

/** A directory as a download leaves it, with what a marker records of it. */
async function model(): Promise<{
  readonly files: FileSystem;
  readonly recorded: readonly MarkerFile[];
  /** Lets time pass, so that the next change gets another time. */
  readonly pass: () => void;
}> {
  let nowMs = 1_000;
  const files = memoryFiles({ now: () => nowMs });
  await writeBytes(files, `${DIRECTORY}/nested/config.json`, CONFIG);
  await writeBytes(files, `${DIRECTORY}/model.safetensors`, WEIGHTS);
  const facts = { modifiedMs: nowMs };
  const recorded: MarkerFile[] = [
    {
      ...facts,
      path: "nested/config.json",
      sizeBytes: CONFIG.length,
      digest: `git-sha1:${gitBlobSha1(CONFIG)}`,
    },
    {
      ...facts,
      path: "model.safetensors",
      sizeBytes: WEIGHTS.length,
      digest: `sha256:${sha256Hex(WEIGHTS)}`,
    },
  ];
  return { files, recorded, pass: () => (nowMs += 1_000) };
}

function kindsOf(faults: readonly FileFault[]): Record<string, FileFault["fault"]> {
  return Object.fromEntries(faults.map(({ path, fault }) => [path, fault]));
}
