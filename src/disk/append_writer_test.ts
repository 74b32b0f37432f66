import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { limitedFiles, readBytes } from "../../harness/internal.ts";
import { memoryFiles } from "../../harness/mod.ts";
import { AppendWriter } from "./append_writer.ts";

test("AppendWriter writes what it was given, in order, whatever the sizes of the chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 64 }),
      async (chunks, sizeBytesMax) => {
        const files = memoryFiles();
        const file = await files.open("/f", "wx");
        await file.write(new Uint8Array([1, 2, 3]), 0);
        const writer = new AppendWriter(file, 3, { sizeBytesMax });
        for (const chunk of chunks) await writer.append(chunk);
        await writer.flush();
        await file.close();
        const expected = Buffer.concat([new Uint8Array([1, 2, 3]), ...chunks]);
        assert.deepEqual(Buffer.from(await readBytes(files, "/f")), expected);
      },
    ),
  );
});

test("AppendWriter keeps a copy of a chunk that its sender uses again", async () => {
  const files = memoryFiles();
  const file = await files.open("/f", "wx");
  const writer = new AppendWriter(file, 0);
  const chunk = new Uint8Array([7]);
  await writer.append(chunk);
  chunk[0] = 9;
  await writer.flush();
  assert.deepEqual([...(await readBytes(files, "/f"))], [7]);
});

test("AppendWriter.flush() rejects with the disk's own error", async () => {
  const files = limitedFiles(memoryFiles(), { availableBytes: 10 });
  const file = await files.open("/f", "wx");
  const writer = new AppendWriter(file, 0);
  await writer.append(new Uint8Array(11));
  await assert.rejects(writer.flush(), { code: "ENOSPC" });
  await assert.rejects(writer.append(new Uint8Array(1)), { code: "ENOSPC" });
});

test("AppendWriter writes a chunk that would fill its buffer as it is, behind what came before", async () => {
  const files = limitedFiles(memoryFiles(), { availableBytes: 12 });
  const file = await files.open("/f", "wx");
  const writer = new AppendWriter(file, 0, { sizeBytesMax: 8 });
  await writer.append(new Uint8Array([1, 2, 3]));
  await writer.append(new Uint8Array([4, 5, 6, 7, 8, 9, 10, 11]));
  assert.deepEqual([...(await readBytes(files, "/f"))], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  await assert.rejects(writer.append(new Uint8Array(8)), { code: "ENOSPC" });
  await assert.rejects(writer.flush(), { code: "ENOSPC" });
});
