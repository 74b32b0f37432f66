import assert from "node:assert/strict";
import { test } from "node:test";

import { exists, writeBytes } from "./disk_tree.ts";
import { limitedFiles } from "./limited_files.ts";
import { memoryFiles } from "./memory_files.ts";

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

test("limitedFiles() goes on refusing when it is told to", async () => {
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
