import assert from "node:assert/strict";
import { test } from "node:test";
import { diskError, memoryFiles, wrapFiles, writeBytes } from "../../harness/internal.ts";
import { ModelFileManager } from "../manage/model_file_manager.ts";
import { nodeHost } from "../node_host.ts";

const REQUEST = { repository: "org/name" };

/** A machine with a model in the first further root, and one whose second further root or stores fail. */
async function machine(isFailing: (path: string) => boolean) {
  const disk = memoryFiles({ now: () => 5000 });
  await writeBytes(disk, "/first/models/org/name/config.json", new Uint8Array(2));
  await writeBytes(disk, "/second/models/org/name/config.json", new Uint8Array(2));
  const files = wrapFiles(disk, async ({ operation, path }, next) => {
    const isLook = ["stat", "lstat", "readdir"].includes(operation);
    if (isLook && isFailing(path)) throw diskError("EIO", operation, path);
    return next();
  });
  const host = { ...nodeHost(), files };
  const roots = [{ root: "/first" }, { root: "/second" }];
  return new ModelFileManager(host, { root: "/Models", env: { HOME: "/home/me" }, roots });
}

test("a model in a further root is found though the disk of a later root, or of a store, fails", async () => {
  for (const broken of ["/second", "/home/me"]) {
    const manager = await machine((path) => path === broken || path.startsWith(`${broken}/`));
    assert.equal(await manager.locate(REQUEST), "/first/models/org/name");
  }
});

test("a root whose disk fails is named where no earlier one has the model", async () => {
  const manager = await machine((path) => path === "/second" || path.startsWith("/second/"));
  await assert.rejects(manager.locate({ repository: "org/other" }), {
    code: "disk-io",
    message: /\/second/,
  });
});
