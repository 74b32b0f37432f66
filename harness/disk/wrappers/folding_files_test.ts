import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileSystem } from "../../../spec/mod.ts";
import { readBytes, writeBytes } from "../disk_tree.ts";
import { foldingFiles } from "./folding_files.ts";
import { memoryFiles } from "../memory/memory_files.ts";

const NFC = "caf\u00e9";
const NFD = "cafe\u0301";

test("foldingFiles() finds a name under another case and keeps the one first used", async () => {
  const files = await folding({ "/Org/Model": 3 });
  assert.equal((await files.stat("/oRG/mODEL")).sizeBytes, 3);
  assert.deepEqual(await files.readdir("/ORG"), ["Model"]);
  assert.equal(await files.realpath("/org/model"), "/Org/Model");
});

test("foldingFiles() takes two normalizations of a name for one", async () => {
  const files = await folding({ [`/${NFC}`]: 1 });
  assert.equal((await files.stat(`/${NFD}`)).sizeBytes, 1);
  assert.deepEqual(await files.readdir("/"), [NFC]);
});

test("foldingFiles() refuses to make what another spelling already names", async () => {
  const files = await folding({ "/a": 1 });
  await assert.rejects(files.open("/A", "wx"), { code: "EEXIST" });
  await assert.rejects(files.mkdir("/A"), { code: "EEXIST" });
  await assert.rejects(files.symlink("x", "/A"), { code: "EEXIST" });
});

test("foldingFiles() replaces a file whose name is spelt otherwise", async () => {
  const files = await folding({ "/new": 2, "/old": 1 });
  await files.rename("/new", "/OLD");
  assert.equal((await files.readdir("/")).length, 1);
  assert.equal((await readBytes(files, "/old")).length, 2);
});

test("foldingFiles() removes by any spelling", async () => {
  const files = await folding({ "/Org/model": 1 });
  await files.unlink("/org/MODEL");
  await files.rmdir("/ORG");
  assert.deepEqual(await files.readdir("/"), []);
});

test("foldingFiles() distinguishes names that differ in more", async () => {
  const files = await folding({ "/a": 1 });
  await assert.rejects(files.stat("/b"), { code: "ENOENT" });
  await assert.rejects(files.stat("/a/b"), { code: "ENOTDIR" });
});

// Helpers

async function folding(sizes: Readonly<Record<string, number>>): Promise<FileSystem> {
  const files = foldingFiles(memoryFiles());
  for (const [path, size] of Object.entries(sizes)) {
    await writeBytes(files, path, new Uint8Array(size));
  }
  return files;
}
