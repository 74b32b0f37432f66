import assert from "node:assert/strict";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileSystem } from "../../../spec/mod.ts";
import { makeDirectories, writeBytes } from "../disk_tree.ts";
import { memoryFiles } from "../memory/memory_files.ts";
import { nodeFiles } from "../node_files.ts";
import { sizedFiles } from "./sized_files.ts";

/** The same steps on a real directory and on the disk in memory, which has a size of its own. */
const VOLUMES: Readonly<Record<string, (disk: FileSystem) => FileSystem>> = {
  "sizedFiles() on a real directory": () => sizedFiles(nodeFiles(), { availableBytes: 10 }),
  "sizedFiles() on a disk in memory": () => sizedFiles(memoryFiles(), { availableBytes: 10 }),
  "memoryFiles() itself": () => memoryFiles({ availableBytes: 10 }),
};

for (const [name, make] of Object.entries(VOLUMES)) {
  test(`${name} gives room back when data loses its last name, and not before`, async () => {
    const base = await realpath(await mkdtemp(join(tmpdir(), "sized-files-")));
    try {
      const files = make(nodeFiles());
      await makeDirectories(files, base);
      const [a, b, c] = [join(base, "a"), join(base, "b"), join(base, "c")];
      const left = () => files.availableBytes(base);
      await writeBytes(files, a, new Uint8Array(6));
      await files.link(a, b);
      await files.unlink(a);
      assert.equal(await left(), 4, "another name is left");
      const file = await files.open(b, "r+");
      await file.write(new Uint8Array(4), 6);
      await assert.rejects(file.write(new Uint8Array(4), 9), { code: "ENOSPC" });
      await file.truncate(5);
      assert.equal(await left(), 5);
      await files.unlink(b);
      assert.equal(await left(), 5, "it is open still");
      await file.close();
      assert.equal(await left(), 10);
      await writeBytes(files, a, new Uint8Array(3));
      await writeBytes(files, c, new Uint8Array(4));
      await files.rename(a, c);
      assert.equal(await left(), 7, "what was replaced is gone");
      await files.rename(c, c);
      assert.equal(await left(), 7);
      await assert.rejects(files.unlink(a), { code: "ENOENT" });
      assert.equal(await left(), 7);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });
}
