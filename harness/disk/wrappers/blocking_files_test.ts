import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileSystem } from "../../../spec/mod.ts";
import { blockingFiles } from "./blocking_files.ts";
import { diskErrorCode } from "../disk_error.ts";
import { nodeFiles } from "../node_files.ts";

test("blockingFiles() answers as nodeFiles() does, call by call", async () => {
  const expected = await answers(nodeFiles());
  for (const yields of [false, true])
    assert.deepEqual(await answers(blockingFiles({ yields })), expected);
  assert.ok(expected.some((answer) => answer === "EBADF"));
});

test("blockingFiles() that yields answers after everything that waits got its turn", async () => {
  const order: string[] = [];
  const stat = blockingFiles({ yields: true })
    .stat("/")
    .then(() => order.push("disk"));
  await Promise.resolve().then(() => order.push("others"));
  await stat;
  assert.deepEqual(order, ["others", "disk"]);
});

test("blockingFiles() leaves a file alone whose number was given to another one", async () => {
  await inDirectory(async (directory) => {
    const files = blockingFiles();
    const first = await files.open(join(directory, "a"), "wx");
    await first.close();
    const second = await files.open(join(directory, "b"), "wx");
    await assert.rejects(first.write(new Uint8Array(1), 0), { code: "EBADF" });
    assert.equal((await second.stat()).sizeBytes, 0);
    await second.close();
  });
});

// Helpers

async function answers(files: FileSystem): Promise<unknown[]> {
  return inDirectory(async (directory) => {
    const log: unknown[] = [];
    const note = async (action: () => Promise<unknown>) => {
      try {
        const answer = await action();
        log.push(typeof answer === "string" ? answer.replaceAll(directory, "") : answer);
      } catch (error) {
        log.push(diskErrorCode(error) ?? String(error));
      }
    };
    const at = (name: string) => join(directory, name);
    await note(async () => (await files.open(at("absent"), "r")).close());
    const made = await files.open(at("made"), "wx");
    const buffer = new Uint8Array(4);
    await note(() => made.write(Uint8Array.of(1, 2, 3), 2));
    await note(() => made.write(new Uint8Array(), 0));
    await note(() => made.read(buffer, 0));
    await note(() => made.truncate(4));
    await note(() => made.sync());
    await note(async () => (await made.stat()).sizeBytes);
    for (let times = 0; times < 2; times++) await note(() => made.close());
    const read = await files.open(at("made"), "r");
    await note(async () => [await read.read(buffer, 0), ...buffer]);
    for (const position of [3, 9]) await note(() => read.read(buffer, position));
    await note(() => read.read(new Uint8Array(), 0));
    await note(() => read.write(buffer, 0));
    await note(() => read.truncate(0));
    await note(() => read.close());
    await note(() => read.stat());
    await note(async () => (await files.open(at("made"), "wx")).close());
    await note(() => files.mkdir(at("directory")));
    await note(() => files.mkdir(at("directory")));
    const directoryFile = await files.open(at("directory"), "r");
    await note(() => directoryFile.read(buffer, 0));
    await directoryFile.close();
    await note(async () => (await files.open(at("directory"), "r+")).close());
    await note(() => files.link(at("made"), at("second")));
    await note(() => files.symlink("made", at("soft")));
    await note(async () => (await files.readdir(directory)).toSorted());
    for (const name of ["made", "soft", "directory", "absent"]) {
      await note(async () => (await files.stat(at(name))).linkCount);
      await note(async () => (await files.lstat(at(name))).kind);
      await note(() => files.readlink(at(name)));
      await note(() => files.realpath(at(name)));
      await note(() => files.syncDirectory(at(name)));
    }
    await note(() => files.rename(at("second"), at("directory")));
    await note(() => files.rename(at("second"), at("third")));
    await note(() => files.unlink(at("directory")));
    await note(() => files.rmdir(at("third")));
    await note(() => files.rmdir(at("directory")));
    await note(async () => (await files.availableBytes(directory)) > 0);
    return log;
  });
}

async function inDirectory<T>(action: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "blocking-files-"));
  try {
    return await action(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
