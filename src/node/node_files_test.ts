import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, statfs, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeFiles } from "./node_files.ts";

const root = await mkdtemp(join(tmpdir(), "node-files-"));
after(() => rm(root, { recursive: true, force: true }));
const files = nodeFiles();
let names = 0;

/** A path that no other test uses. */
function fresh(): string {
  return join(root, `entry ${names++}`);
}

async function written(bytes: Uint8Array): Promise<string> {
  const path = fresh();
  await writeFile(path, bytes);
  return path;
}

test("open() with wx makes a file that can be written and read at any position", async () => {
  const path = fresh();
  const file = await files.open(path, "wx");
  await file.write(Uint8Array.of(4, 5), 3);
  await file.write(Uint8Array.of(1, 2, 3), 0);
  const buffer = new Uint8Array(8);
  assert.equal(await file.read(buffer, 0), 5);
  await file.sync();
  await file.close();
  assert.deepEqual([...buffer], [1, 2, 3, 4, 5, 0, 0, 0]);
  assert.equal((await files.stat(path)).sizeBytes, 5);
});

test("open() with wx refuses a taken name", async () => {
  const path = await written(Uint8Array.of(1));
  await assert.rejects(files.open(path, "wx"), { code: "EEXIST" });
});

test("open() with r and r+ refuses a name that is not there", async () => {
  await assert.rejects(files.open(fresh(), "r"), { code: "ENOENT" });
  await assert.rejects(files.open(fresh(), "r+"), { code: "ENOENT" });
});

test("open() with r+ changes bytes and keeps the rest", async () => {
  const path = await written(Uint8Array.of(1, 2, 3));
  const file = await files.open(path, "r+");
  await file.write(Uint8Array.of(9), 1);
  await file.truncate(2);
  const buffer = new Uint8Array(4);
  assert.equal(await file.read(buffer, 0), 2);
  await file.close();
  assert.deepEqual([...buffer.subarray(0, 2)], [1, 9]);
});

test("open() with r refuses to write", async () => {
  const file = await files.open(await written(Uint8Array.of(1)), "r");
  await assert.rejects(file.write(Uint8Array.of(2), 0), { code: "EBADF" });
  await file.close();
});

test("read() answers 0 at the end and writes nothing behind what it read", async () => {
  const file = await files.open(await written(Uint8Array.of(1, 2)), "r");
  const buffer = Uint8Array.of(7, 7, 7);
  assert.equal(await file.read(buffer, 1), 1);
  assert.equal(await file.read(buffer, 2), 0);
  await file.close();
  assert.deepEqual([...buffer], [2, 7, 7]);
});

test("write() writes all of 8 MiB and read() fills as much", async () => {
  const data = new Uint8Array(8 * 1024 * 1024).map((_, at) => at % 251);
  const file = await files.open(fresh(), "wx");
  await file.write(data, 1);
  const copy = new Uint8Array(data.length);
  assert.equal(await file.read(copy, 1), data.length);
  await file.close();
  assert.ok(Buffer.compare(copy, data) === 0);
});

test("stat() tells what was written, in milliseconds with a fraction", async () => {
  const path = await written(new Uint8Array(5000).fill(1));
  await utimes(path, 1_700_000_000.25, 1_700_000_000.0625);
  const stat = await files.stat(path);
  assert.equal(stat.kind, "file");
  assert.equal(stat.sizeBytes, 5000);
  // Deno's stat has whole milliseconds.
  const fraction = process.versions["deno"] === undefined ? 0.5 : 0;
  assert.equal(stat.modifiedMs, 1_700_000_000_062 + fraction);
  assert.equal(stat.linkCount, 1);
  assert.ok(stat.allocatedBytes >= 5000, `${stat.allocatedBytes} bytes are allocated`);
});

test("stat() tells a file without data by its allocated bytes", async () => {
  const path = await written(new Uint8Array());
  await truncate(path, 1024 * 1024);
  const stat = await files.stat(path);
  assert.equal(stat.sizeBytes, 1024 * 1024);
  assert.ok(stat.allocatedBytes < stat.sizeBytes, `${stat.allocatedBytes} bytes are allocated`);
});

test("link() gives a second name to the same data", async () => {
  const path = await written(Uint8Array.of(1));
  const second = fresh();
  await files.link(path, second);
  const [one, two] = [await files.stat(path), await files.stat(second)];
  assert.equal(one.inode, two.inode);
  assert.equal(two.linkCount, 2);
  const other = await files.stat(await written(Uint8Array.of(1)));
  assert.notEqual(other.inode, one.inode);
});

test("OpenFile.stat() is that of the path", async () => {
  const path = await written(Uint8Array.of(1, 2));
  const file = await files.open(path, "r");
  const stat = await file.stat();
  await file.close();
  assert.deepEqual(stat, await files.stat(path));
});

test("symlink() makes a link that lstat() shows and stat() follows", async () => {
  const path = await written(Uint8Array.of(1, 2));
  const name = fresh();
  await files.symlink(path, name);
  assert.equal((await files.lstat(name)).kind, "link");
  assert.equal((await files.stat(name)).kind, "file");
  assert.equal(await files.readlink(name), path);
  assert.equal(await files.realpath(name), await files.realpath(path));
});

test("stat() of a link that leads nowhere fails, lstat() does not", async () => {
  const name = fresh();
  await files.symlink("nowhere", name);
  await assert.rejects(files.stat(name), { code: "ENOENT" });
  assert.equal((await files.lstat(name)).kind, "link");
});

test("stat() calls a pipe other", { skip: process.platform === "win32" }, async () => {
  const path = fresh();
  execFileSync("mkfifo", [path]);
  assert.equal((await files.stat(path)).kind, "other");
});

test("mkdir() makes one directory and refuses a taken name", async () => {
  const path = fresh();
  await files.mkdir(path);
  assert.equal((await files.stat(path)).kind, "directory");
  await assert.rejects(files.mkdir(path), { code: "EEXIST" });
  await assert.rejects(files.mkdir(join(fresh(), "child")), { code: "ENOENT" });
});

test("readdir() names what is there", async () => {
  const path = fresh();
  await files.mkdir(path);
  await writeFile(join(path, ".hidden"), "");
  await files.mkdir(join(path, "b"));
  assert.deepEqual((await files.readdir(path)).sort(), [".hidden", "b"]);
});

test("rename() replaces a file", async () => {
  const source = await written(Uint8Array.of(1, 2, 3));
  const target = await written(Uint8Array.of(9));
  const before = await files.stat(source);
  await files.rename(source, target);
  assert.equal((await files.stat(target)).inode, before.inode);
  await assert.rejects(files.stat(source), { code: "ENOENT" });
});

test("unlink() and rmdir() take one entry, and only an empty directory", async () => {
  const directory = fresh();
  const path = join(directory, "file");
  await files.mkdir(directory);
  await writeFile(path, "");
  // Systems call it one or the other.
  await assert.rejects(files.rmdir(directory), (error: Error & { code?: string }) =>
    ["ENOTEMPTY", "EEXIST"].includes(error.code ?? ""),
  );
  await files.unlink(path);
  await files.rmdir(directory);
  await assert.rejects(files.lstat(directory), { code: "ENOENT" });
});

test("syncDirectory() syncs a directory and refuses one that is not there", async () => {
  await files.syncDirectory(root);
  await assert.rejects(files.syncDirectory(fresh()), { code: "ENOENT" });
});

test("availableBytes() is what the volume offers", async () => {
  const { bavail, bsize, blocks } = await statfs(root);
  const available = await files.availableBytes(root);
  assert.ok(available <= blocks * bsize);
  // Other processes write at the same time.
  assert.ok(Math.abs(available - bavail * bsize) < 0.2 * blocks * bsize);
});

test(
  "open() follows no link at the end and refuses a FIFO at once",
  { skip: process.platform === "win32" },
  async () => {
    const link = fresh();
    await files.symlink(await written(Uint8Array.of(1)), link);
    const fifo = fresh();
    execFileSync("mkfifo", [fifo]);
    for (const mode of ["r", "r+"] as const) {
      await assert.rejects(files.open(link, mode), { code: "ELOOP" });
      await assert.rejects(files.open(fifo, mode), { code: "ENXIO", message: /a FIFO/ });
    }
    await assert.rejects(files.open(link, "wx"), { code: "EEXIST" });
  },
);

test("clone() makes a file of its own with the same data, or leaves nothing where the volume cannot", async (t) => {
  const source = await written(Uint8Array.of(1, 2, 3));
  const target = fresh();
  assert.ok(files.clone !== undefined);
  try {
    await files.clone(source, target);
  } catch (error) {
    t.diagnostic(`this volume clones nothing: ${(error as { code?: string }).code}`);
    await assert.rejects(files.lstat(target), { code: "ENOENT" });
    return;
  }
  const [one, two] = [await files.stat(source), await files.stat(target)];
  assert.notEqual(one.inode, two.inode);
  assert.deepEqual([one.sizeBytes, two.linkCount], [two.sizeBytes, 1]);
  await assert.rejects(files.clone(source, target), { code: "EEXIST" });
});

test("stat() says which volume an entry is on", async () => {
  const [one, two] = [await files.stat(root), await files.lstat(await written(new Uint8Array(1)))];
  assert.ok(one.volume !== undefined && one.volume === two.volume);
});
