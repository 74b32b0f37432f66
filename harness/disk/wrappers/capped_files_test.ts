import assert from "node:assert/strict";
import { test } from "node:test";
import { cappedFiles } from "./capped_files.ts";
import { memoryFiles } from "../memory/memory_files.ts";

test("cappedFiles() writes what still fits into a file, and refuses the rest", async () => {
  const files = cappedFiles(memoryFiles(), { fileBytesMax: 10 });
  const file = await files.open("/a", "wx");
  await file.write(new Uint8Array(6).fill(1), 0);
  await assert.rejects(file.write(new Uint8Array(6).fill(2), 6), { code: "EFBIG" });
  assert.equal((await file.stat()).sizeBytes, 10);
  await assert.rejects(file.write(new Uint8Array(1), 10), { code: "EFBIG" });
  await assert.rejects(file.truncate(11), { code: "EFBIG" });
  await file.truncate(0);
  await file.write(new Uint8Array(10), 0);
  await file.close();
});

test("cappedFiles() lets any number of files be written", async () => {
  const files = cappedFiles(memoryFiles(), { fileBytesMax: 10 });
  for (const name of ["a", "b"]) {
    const file = await files.open(`/${name}`, "wx");
    await file.write(new Uint8Array(10), 0);
    await file.close();
  }
  assert.deepEqual(await files.readdir("/"), ["a", "b"]);
});
