import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileSystem } from "../../spec/mod.ts";
import { memoryVolume, overwriteBytes, writeBytes } from "../../harness/internal.ts";
import { hashFile } from "../disk/file_hash.ts";
import { answerFile } from "./answer_file.ts";
import type { OfferedModel } from "./offered_model.ts";

const PLACE = "/model.safetensors";
const SIZE_BYTES = 600_000;

/** A disk that counts what is open, and a model of one file on it. */
async function offered() {
  let nowMs = 1000;
  let open = 0;
  const disk = memoryVolume("plain", { now: () => nowMs++ });
  await writeBytes(disk, PLACE, new Uint8Array(SIZE_BYTES).fill(7));
  const files: FileSystem = {
    ...disk,
    open: async (path, mode) => {
      const file = await disk.open(path, mode);
      open++;
      return {
        read: (buffer, position) => file.read(buffer, position),
        write: (data, position) => file.write(data, position),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        sync: () => file.sync(),
        stat: () => file.stat(),
        close: async () => {
          open--;
          await file.close();
        },
      };
    },
  };
  const { digest } = await hashFile(disk, PLACE, { algorithm: "sha256" });
  const identity = await disk.stat(PLACE);
  const path = "model.safetensors";
  const file = { path, place: PLACE, sizeBytes: SIZE_BYTES, digest, identity };
  const model: OfferedModel = {
    repository: "org/name",
    directory: "/",
    commit: "a".repeat(40),
    isMlx: true,
    files: new Map([[path, file]]),
    watched: new Map(),
  };
  let changes = 0;
  const ask = (headers: Readonly<Record<string, string>> = {}) =>
    answerFile(files, model, { path, method: "GET", headers, onChange: () => changes++ });
  return { disk, ask, open: () => open, changes: () => changes };
}

test("a file that changes between the look at its model and its opening is 503, and its copy is looked at again", async () => {
  const { disk, ask, open, changes } = await offered();
  assert.equal((await ask()).status, 200);
  await overwriteBytes(disk, PLACE, new Uint8Array(SIZE_BYTES));
  const { status, headers } = await ask();
  assert.equal(status, 503);
  assert.ok(headers.some(([name, value]) => name === "Retry-After" && value === "1"));
  await disk.unlink(PLACE);
  assert.equal((await ask()).status, 503);
  assert.deepEqual([changes(), open()], [2, 0]);
});

test("nothing stays open: behind a body that is read, left, broken or never begun", async () => {
  const { disk, ask, open, changes } = await offered();
  await ask();
  assert.equal(open(), 0);
  let bytes = 0;
  for await (const piece of (await ask()).body ?? []) bytes += piece.length;
  assert.deepEqual([bytes, open()], [SIZE_BYTES, 0]);
  for await (const _ of (await ask({ range: "bytes=5-" })).body ?? []) break;
  assert.equal(open(), 0);
  const { body } = await ask();
  await assert.rejects(
    async () => {
      for await (const _ of body ?? [])
        await overwriteBytes(disk, PLACE, new Uint8Array(SIZE_BYTES));
    },
    { code: "integrity", file: "model.safetensors" },
  );
  assert.deepEqual([changes(), open()], [1, 0]);
});
