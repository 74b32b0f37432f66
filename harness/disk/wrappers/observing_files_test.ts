import assert from "node:assert/strict";
import { test } from "node:test";
import { exists, readBytes } from "../disk_tree.ts";
import { memoryFiles } from "../memory/memory_files.ts";
import { observingFiles } from "./observing_files.ts";

test("observingFiles() notes every call that succeeded, in order, and which of them changed the disk", async () => {
  const files = observingFiles(memoryFiles());
  await files.mkdir("/d");
  const file = await files.open("/d/a", "wx");
  await file.write(new Uint8Array(3), 7);
  await file.sync();
  await file.close();
  await files.rename("/d/a", "/b");
  await assert.rejects(files.unlink("/missing"));
  assert.deepEqual(
    files.calls.map(({ operation }) => operation),
    ["mkdir", "open", "write", "sync", "close", "rename"],
  );
  assert.deepEqual(files.changes, [
    { operation: "mkdir", path: "/d" },
    { operation: "open", path: "/d/a", mode: "wx" },
    { operation: "write", path: "/d/a", position: 7, sizeBytes: 3 },
    { operation: "rename", path: "/d/a", target: "/b" },
  ]);
});

test("observingFiles() lets the observer see the disk after each change and before the caller goes on", async () => {
  const disk = memoryFiles();
  const sizes: number[] = [];
  const files = observingFiles(disk, async ({ operation, path }) => {
    if (operation === "write") sizes.push((await readBytes(disk, path)).length);
  });
  const file = await files.open("/a", "wx");
  await file.write(new Uint8Array(2), 0);
  sizes.push(-1);
  await file.write(new Uint8Array(2), 2);
  assert.deepEqual(sizes, [2, -1, 4]);
});

test("observingFiles() does not call the observer for a change that was refused", async () => {
  let looks = 0;
  const files = observingFiles(memoryFiles(), async () => {
    looks += 1;
  });
  await assert.rejects(files.mkdir("/no/parent"), { code: "ENOENT" });
  assert.deepEqual([looks, await exists(files, "/no")], [0, false]);
});
