import assert from "node:assert/strict";
import { test } from "node:test";
import { diskError } from "../disk_error.ts";
import { memoryFiles } from "../memory/memory_files.ts";
import { trackedOpens } from "./tracked_opens.ts";

test("trackedOpens() names a file until it is closed, each time that it was opened", async () => {
  const { files, openPaths } = trackedOpens(memoryFiles());
  const first = await files.open("/a", "wx");
  await first.write(Uint8Array.of(1), 0);
  const second = await files.open("/a", "r");
  assert.deepEqual(openPaths(), ["/a", "/a"]);
  await first.close();
  assert.deepEqual(openPaths(), ["/a"]);
  assert.equal(await second.read(new Uint8Array(1), 0), 1);
  await second.close();
  assert.deepEqual(openPaths(), []);
});

test("trackedOpens() counts neither a file that could not be opened nor one whose close failed", async () => {
  const disk = memoryFiles();
  const refusing = {
    ...disk,
    open: async (...given: Parameters<typeof disk.open>) => ({
      ...(await disk.open(...given)),
      close: () => Promise.reject(diskError("EIO", "close", given[0])),
    }),
  };
  const { files, openPaths } = trackedOpens(refusing);
  await assert.rejects(files.open("/none", "r"), { code: "ENOENT" });
  const file = await files.open("/a", "wx");
  await assert.rejects(file.close(), { code: "EIO" });
  assert.deepEqual(openPaths(), []);
});
