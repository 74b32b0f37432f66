import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  exists,
  makeDirectories,
  overwriteBytes,
  readBytes,
  readText,
  readTree,
  removeTree,
  writeBytes,
} from "./disk_tree.ts";
import { memoryFiles } from "./memory/memory_files.ts";

test("readTree() lists everything below a directory in order, links as links", async () => {
  const files = memoryFiles({ now: () => 1000 });
  await writeBytes(files, "/top/b/file", new Uint8Array([1, 2]));
  await files.symlink("b/file", "/top/a");
  await files.symlink("missing", "/top/c");
  const sha256 = createHash("sha256")
    .update(new Uint8Array([1, 2]))
    .digest("hex");
  const tree = await readTree(files, "/top");
  assert.deepEqual(
    tree.map(({ path, kind, sha256: hash, linkTarget }) => [path, kind, hash ?? linkTarget]),
    [
      ["a", "link", "b/file"],
      ["b", "directory", undefined],
      ["b/file", "file", sha256],
      ["c", "link", "missing"],
    ],
  );
  assert.equal(tree[2]?.modifiedMs, 1000);
});

test("readTree() finds nothing in a directory that is not there", async () => {
  assert.deepEqual(await readTree(memoryFiles(), "/missing"), []);
});

test("writeBytes() replaces a file under a new identity, overwriteBytes() keeps it", async () => {
  const files = memoryFiles();
  await writeBytes(files, "/a", new Uint8Array(4));
  await files.link("/a", "/b");
  await overwriteBytes(files, "/a", new Uint8Array([7]));
  assert.deepEqual([...(await readBytes(files, "/b"))], [7]);
  await writeBytes(files, "/a", new TextEncoder().encode("new"));
  assert.equal(await readText(files, "/a"), "new");
  assert.deepEqual([...(await readBytes(files, "/b"))], [7]);
});

test("readText() of a missing file is undefined", async () => {
  assert.equal(await readText(memoryFiles(), "/missing"), undefined);
});

test("removeTree() removes links, not what they point to", async () => {
  const files = memoryFiles();
  await writeBytes(files, "/kept/file", new Uint8Array(1));
  await makeDirectories(files, "/top/deep");
  await files.symlink("/kept", "/top/deep/link");
  await removeTree(files, "/top");
  assert.deepEqual([await exists(files, "/top"), await exists(files, "/kept/file")], [false, true]);
});
