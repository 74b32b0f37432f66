import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileSystem } from "../../../spec/mod.ts";
import { readBytes, writeBytes } from "../disk_tree.ts";
import { guardedFiles } from "./guarded_files.ts";
import { memoryFiles } from "../memory/memory_files.ts";

test("a read-only volume can be read, and not changed at any depth", async () => {
  const files = guardedFiles(await disk(), { directory: "/volume", how: "read-only" });
  assert.equal((await readBytes(files, "/volume/deep/a")).length, 3);
  for (const change of [
    files.mkdir("/volume/b"),
    files.open("/volume/deep/a", "r+"),
    files.rename("/volume/deep/a", "/a"),
    files.unlink("/volume/deep/a"),
    files.symlink("x", "/volume/deep/b"),
  ])
    await assert.rejects(change, { code: "EROFS" });
  await files.symlink("/volume/deep", "/link");
  assert.equal(files.refusals(), 5);
});

test("a locked directory keeps its entries, and what is below it can change", async () => {
  const files = guardedFiles(await disk(), { directory: "/volume", how: "locked" });
  await assert.rejects(files.mkdir("/volume/b"), { code: "EACCES" });
  await assert.rejects(files.rename("/volume/deep", "/deep"), { code: "EACCES" });
  await files.unlink("/volume/deep/a");
  assert.deepEqual(await files.readdir("/volume/deep"), []);
});

test("a closed directory cannot even be looked into", async () => {
  const files = guardedFiles(await disk(), { directory: "/volume", how: "closed" });
  await assert.rejects(files.readdir("/volume"), { code: "EACCES" });
  await assert.rejects(files.lstat("/volume/deep"), { code: "EACCES" });
  assert.equal((await files.lstat("/volume")).kind, "directory");
});

// Helpers

async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  await writeBytes(files, "/volume/deep/a", new Uint8Array(3));
  return files;
}
