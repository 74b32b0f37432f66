import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles, writeBytes } from "../../harness/internal.ts";
import { readSmallFile } from "./small_file.ts";

const PATH = "/models/mlx-layout.json";

test("readSmallFile() reads a file, and nothing that is absent or a directory", async () => {
  const files = memoryFiles();
  await writeBytes(files, PATH, Buffer.from("{}"));
  assert.equal(await readSmallFile(files, PATH), "{}");
  assert.equal(await readSmallFile(files, "/models"), undefined);
  assert.equal(await readSmallFile(files, `${PATH}/below`), undefined);
});

test("readSmallFile() does not read what is larger than any of our own", async () => {
  const disk = memoryFiles();
  await writeBytes(disk, PATH, Buffer.from("{}"));
  const reads: string[] = [];
  const files = {
    ...disk,
    open: async (...[path, mode]: Parameters<typeof disk.open>) => {
      const file = await disk.open(path, mode);
      return {
        stat: async () => ({ ...(await file.stat()), sizeBytes: 65 * 1024 ** 2 }),
        read: async (...[buffer, position]: Parameters<typeof file.read>) => {
          reads.push(path);
          return file.read(buffer, position);
        },
        write: (...[data, position]: Parameters<typeof file.write>) => file.write(data, position),
        truncate: (sizeBytes: number) => file.truncate(sizeBytes),
        sync: () => file.sync(),
        close: () => file.close(),
      };
    },
  };
  assert.equal(await readSmallFile(files, PATH), undefined);
  assert.deepEqual(reads, []);
});
