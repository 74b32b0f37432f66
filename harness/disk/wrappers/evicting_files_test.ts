import assert from "node:assert/strict";
import { test } from "node:test";
import { readBytes, writeBytes } from "../disk_tree.ts";
import { evictingFiles } from "./evicting_files.ts";
import { memoryFiles } from "../memory/memory_files.ts";

test("evictingFiles() shows an evicted file with its size and without blocks, however it is asked", async () => {
  const files = evictingFiles(memoryFiles(), (path) => path === "/gone");
  await writeBytes(files, "/gone", new Uint8Array(5));
  const file = await files.open("/gone", "r");
  const facts = [await files.stat("/gone"), await files.lstat("/gone"), await file.stat()];
  assert.deepEqual(
    facts.map(({ sizeBytes, allocatedBytes }) => [sizeBytes, allocatedBytes]),
    [
      [5, 0],
      [5, 0],
      [5, 0],
    ],
  );
  assert.deepEqual(files.reads, [], "asking for facts is no reading");
});

test("evictingFiles() notes that an evicted file was read, and no other", async () => {
  const files = evictingFiles(memoryFiles(), (path) => path === "/gone");
  await writeBytes(files, "/gone", new Uint8Array(5));
  await writeBytes(files, "/here", new Uint8Array(5));
  await readBytes(files, "/here");
  assert.equal((await files.stat("/here")).allocatedBytes > 0, true);
  assert.deepEqual(files.reads, []);
  await readBytes(files, "/gone");
  assert.deepEqual(
    files.reads.map(({ path }) => path),
    ["/gone"],
  );
});
