import assert from "node:assert/strict";
import { test } from "node:test";
import { exists, readBytes, writeBytes } from "../disk_tree.ts";
import { limitedFiles } from "./limited_files.ts";
import { memoryFiles } from "../memory/memory_files.ts";

test("limitedFiles() refuses exactly the nth matching call, before it takes effect", async () => {
  const files = limitedFiles(memoryFiles(), {
    refusals: [{ operation: "mkdir", nth: 2, code: "EROFS" }],
  });
  await files.mkdir("/a");
  await assert.rejects(files.mkdir("/b"), { code: "EROFS" });
  assert.equal(await exists(files, "/b"), false);
  await files.mkdir("/b");
  assert.equal(files.firedCount(), 1);
});

test("limitedFiles() goes on refusing when it must", async () => {
  const files = limitedFiles(memoryFiles(), {
    refusals: [{ operation: "mkdir", nth: 2, code: "EIO", forever: true }],
  });
  await files.mkdir("/a");
  await assert.rejects(files.mkdir("/b"), { code: "EIO" });
  await assert.rejects(files.mkdir("/c"), { code: "EIO" });
  assert.equal(files.firedCount(), 2);
});

test("limitedFiles() refuses calls on the named path alone, source or target", async () => {
  const files = limitedFiles(memoryFiles(), {
    refusals: [{ operation: "rename", pathIncludes: "model", code: "EACCES", forever: true }],
  });
  await writeBytes(files, "/a", new Uint8Array(1));
  await assert.rejects(files.rename("/a", "/model"), { code: "EACCES" });
  await files.rename("/a", "/b");
  assert.equal(await exists(files, "/b"), true);
});

test("limitedFiles() refuses a call on an open file", async () => {
  const files = limitedFiles(memoryFiles(), { refusals: [{ operation: "sync", code: "EIO" }] });
  const file = await files.open("/a", "wx");
  await assert.rejects(file.sync(), { code: "EIO" });
  await file.sync();
});

test("limitedFiles() has the room that it is given and no more", async () => {
  const files = limitedFiles(memoryFiles(), { availableBytes: 4 });
  const file = await files.open("/a", "wx");
  await file.write(new Uint8Array(3), 0);
  assert.equal(await files.availableBytes("/"), 1);
  await assert.rejects(file.write(new Uint8Array(2), 3), { code: "ENOSPC" });
});

test("limitedFiles() without limits lets everything through", async () => {
  const files = limitedFiles(memoryFiles(), {});
  await writeBytes(files, "/a/b", new Uint8Array(100));
  assert.equal(files.firedCount(), 0);
});

test("limitedFiles() distinguishes opens by their mode", async () => {
  const files = limitedFiles(memoryFiles(), {
    refusals: [{ operation: "open", mode: "r+", code: "EMFILE", forever: true }],
  });
  await writeBytes(files, "/a", new Uint8Array(1));
  assert.equal((await readBytes(files, "/a")).length, 1);
  await assert.rejects(files.open("/a", "r+"), { code: "EMFILE" });
});

test("limitedFiles() can do half of a write before it refuses the rest", async () => {
  const files = limitedFiles(memoryFiles(), {
    refusals: [{ operation: "write", code: "ENOSPC", effect: "half" }],
  });
  const file = await files.open("/a", "wx");
  await assert.rejects(file.write(Uint8Array.of(1, 2, 3, 4), 0), { code: "ENOSPC" });
  await file.close();
  assert.deepEqual([...(await readBytes(files, "/a"))], [1, 2]);
});

test("limitedFiles() can lose what a failed sync should have kept, and let the next one succeed", async () => {
  const files = limitedFiles(memoryFiles(), {
    refusals: [{ operation: "sync", nth: 2, code: "EIO", effect: "drops" }],
  });
  const file = await files.open("/a", "wx");
  await file.write(Uint8Array.of(1, 2), 0);
  await file.sync();
  await file.write(Uint8Array.of(3, 4), 2);
  await assert.rejects(file.sync(), { code: "EIO" });
  await file.sync();
  await file.close();
  assert.deepEqual([...(await readBytes(files, "/a"))], [1, 2, 0, 0]);
});

test("limitedFiles() closes a file also where the close is refused", async () => {
  const files = limitedFiles(memoryFiles(), { refusals: [{ operation: "close", code: "EIO" }] });
  const file = await files.open("/a", "wx");
  await assert.rejects(file.close(), { code: "EIO" });
  await assert.rejects(file.close(), { code: "EBADF" });
});
