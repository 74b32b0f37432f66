import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileSystem } from "../../spec/mod.ts";
import { nodeFiles } from "../node/node_files.ts";
import { absenceFinder } from "./absence_finder.ts";

test("absenceFinder() knows what lies in no directory or an empty one, and lists each once", async () => {
  const root = await mkdtemp(join(tmpdir(), "mlx-layout-absence-"));
  try {
    await mkdir(join(root, "empty"));
    await mkdir(join(root, "full"));
    await writeFile(join(root, "full", "one"), "");
    const listed: string[] = [];
    const real = nodeFiles();
    const files: FileSystem = {
      ...real,
      readdir: (path) => {
        listed.push(path);
        return real.readdir(path);
      },
    };
    const isAbsent = absenceFinder(files);
    for (const [path, expected] of [
      ["absent/file", true],
      ["empty/file", true],
      ["empty/other", true],
      ["full/one", false],
      ["full/two", false],
      ["full/one/below", true],
    ] as const)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      assert.equal(await isAbsent(join(root, path)), expected, path);
    assert.equal(listed.length, 4);
  } finally {
    await rm(root, { recursive: true });
  }
});

test("absenceFinder() says nothing of a directory that cannot be listed", async () => {
  const files: FileSystem = {
    ...nodeFiles(),
    readdir: () => Promise.reject(Object.assign(new Error("EACCES"), { code: "EACCES" })),
  };
  assert.equal(await absenceFinder(files)("/closed/file"), false);
});
