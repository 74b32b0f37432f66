import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { memoryFiles } from "./memory_files.ts";
import { nodeFiles } from "../node_files.ts";

test("memoryFiles() counts the bytes that files hold and refuses more", async () => {
  const files = memoryFiles({ availableBytes: 10 });
  const first = await files.open("/a", "wx");
  await first.write(new Uint8Array(6), 0);
  await first.write(new Uint8Array(6), 2);
  assert.equal(await files.availableBytes("/"), 2);
  await assert.rejects(first.write(new Uint8Array(4), 8), { code: "ENOSPC" });
  assert.equal((await first.stat()).sizeBytes, 10);
  await files.link("/a", "/b");
  await files.unlink("/a");
  assert.equal(await files.availableBytes("/"), 0);
  await files.unlink("/b");
  assert.equal(await files.availableBytes("/"), 0, "an open file keeps its data");
  await first.close();
  assert.equal(await files.availableBytes("/"), 10);
});

test("memoryFiles() gives a hole no room and shows it as bytes that are not held", async () => {
  const files = memoryFiles({ availableBytes: 10 });
  const file = await files.open("/a", "wx");
  await file.truncate(1000);
  assert.equal(await files.availableBytes("/"), 10);
  assert.deepEqual([(await file.stat()).sizeBytes, (await file.stat()).allocatedBytes], [1000, 0]);
});

test("memoryFiles() takes modification times from its clock", async () => {
  let now = 5000;
  const files = memoryFiles({ now: () => now });
  const file = await files.open("/a", "wx");
  now = 6000;
  await file.write(new Uint8Array(1), 0);
  now = 7000;
  assert.equal((await files.stat("/a")).modifiedMs, 6000);
  assert.equal((await files.stat("/")).modifiedMs, 5000);
});

test("nodeFiles() stamps written files with the clock that it is given", async () => {
  const base = await mkdtemp(join(tmpdir(), "node-files-"));
  try {
    const files = nodeFiles({ now: () => 86_400_000 });
    const file = await files.open(join(base, "a"), "wx");
    await file.write(new Uint8Array(1), 0);
    await file.close();
    assert.equal((await files.stat(join(base, "a"))).modifiedMs, 86_400_000);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
});
