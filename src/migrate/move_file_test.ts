import assert from "node:assert/strict";
import { test } from "node:test";
import {
  diskError,
  linklessFiles,
  memoryFiles,
  readText,
  readTree,
  wrapFiles,
  writeBytes,
} from "../../harness/disk/mod.ts";
import { seededRandom } from "../../harness/worlds/seeded_random.ts";
import type { FileSystem } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/directories.ts";
import { moveFile, type MoveWay } from "./move_file.ts";

const SOURCE = "/old/model.safetensors";
const TARGET = "/new/nested/model.safetensors";

test("moveFile() gives the file a second name where the volume has hard links", async () => {
  const files = await disk();
  assert.equal(await move(files), "link");
  assert.equal((await files.stat(TARGET)).inode, (await files.stat(SOURCE)).inode);
});

test("moveFile() renames where the volume has no hard links", async () => {
  const files = await disk();
  assert.equal(await move(linklessFiles(files)), "rename");
  assert.equal(await readText(files, TARGET), "weights");
  assert.equal(await readText(files, SOURCE), undefined);
});

test("moveFile() copies to another volume, and the copy appears whole", async () => {
  const files = await disk();
  const seen: string[] = [];
  const volumes = wrapFiles(files, async (call, next) => {
    const isAcross = call.path === SOURCE && call.target !== undefined;
    if (isAcross) throw diskError("EXDEV", call.operation, call.path);
    if (call.target === TARGET) seen.push((await readText(files, call.path)) ?? "");
    return next();
  });
  assert.equal(await move(volumes), "copy");
  assert.deepEqual(seen, ["weights"]);
  assert.equal(await readText(files, TARGET), "weights");
  assert.equal(await readText(files, SOURCE), "weights");
  assert.deepEqual(await readTree(files, "/tmp"), []);
});

test("moveFile() moves the data that a link leads to", async () => {
  const files = await disk();
  await files.symlink("model.safetensors", "/old/link");
  const target = "/new/link";
  assert.equal(await move(files, { source: "/old/link", target }), "link");
  assert.equal((await files.lstat(target)).kind, "file");
  assert.equal(await readText(files, target), "weights");
});

test("moveFile() leaves a file that is there already alone", async () => {
  const files = await disk();
  await writeBytes(files, TARGET, new TextEncoder().encode("other"));
  assert.equal(await move(files), "there already");
  assert.equal(await readText(files, TARGET), "other");
});

test("moveFile() does not take a failing disk for a volume without links", async () => {
  const files = await disk();
  const broken = wrapFiles(files, async (call, next) => {
    if (call.operation === "link") throw diskError("EIO", "link", call.path);
    return next();
  });
  await assert.rejects(move(broken), { code: "EIO" });
  assert.equal(await readText(files, SOURCE), "weights");
});

async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  await writeBytes(files, SOURCE, new TextEncoder().encode("weights"));
  return files;
}

async function move(
  files: FileSystem,
  { source, target } = { source: SOURCE, target: TARGET },
): Promise<MoveWay> {
  const host = { files, random: seededRandom(1) };
  await makeDirectories(files, "/tmp");
  return moveFile(host, source, { target, temporaryDirectory: "/tmp" });
}
