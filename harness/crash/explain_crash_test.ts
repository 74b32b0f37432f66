import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "../disk/mod.ts";
import { explainCrash, crashLine, fewestLosses } from "./explain_crash.ts";
import type { Fate } from "./crash_choice.ts";
import { type DiskRecording, recordDisk } from "./disk_recording.ts";

async function recordedRename(): Promise<DiskRecording> {
  const files = memoryFiles();
  await files.mkdir("/m");
  const recorder = recordDisk(files);
  for (const random of ["0123456789abcdef", "fedcba9876543210"]) {
    const file = await files.open(`/m/${random}.tmp`, "wx");
    await file.write(new Uint8Array(9), 0);
    await file.close();
    await files.rename(`/m/${random}.tmp`, "/m/config.json");
  }
  await files.syncDirectory("/m");
  recorder.acknowledge("the download");
  return recorder.finish();
}

test("explainCrash() names the lost operation and the newest one that was kept", async () => {
  const { operations } = await recordedRename();
  const lost = (...indexes: number[]) =>
    new Map(indexes.map((index): [number, Fate] => [index, "lost"]));
  assert.equal(
    explainCrash(operations, { at: 3, fates: lost(1) }, "/m"),
    "write *.tmp from byte 0 must persist before rename *.tmp -> config.json",
  );
  // The second time around has a name of its own, whatever the random part of its path.
  assert.equal(
    explainCrash(operations, { at: 6, fates: lost(4) }, "/m"),
    "write *.tmp from byte 0 (2) must persist before rename *.tmp -> config.json (2)",
  );
  // A sync makes others last; it is not what came too early.
  assert.equal(
    explainCrash(operations, { at: 7, fates: lost(5) }, "/m"),
    "rename *.tmp -> config.json (2) must persist at once",
  );
  assert.equal(
    explainCrash(operations, { at: 8, fates: lost(5) }, "/m"),
    "rename *.tmp -> config.json (2) must persist before success of the download",
  );
});

test("explainCrash() of a crash that lost nothing says which two steps must be one", async () => {
  const { operations } = await recordedRename();
  assert.equal(
    explainCrash(operations, { at: 1, fates: new Map() }, "/m"),
    "add file *.tmp must not be seen before write *.tmp from byte 0",
  );
});

test("crashLine() says where the crash came and what it took", async () => {
  const { operations } = await recordedRename();
  const fates = new Map<number, Fate>([
    [1, { tornAfter: 4 }],
    [0, "kept"],
  ]);
  assert.equal(
    crashLine(operations, { at: 3, fates }, "/m"),
    "after rename *.tmp -> config.json, without write *.tmp from byte 0 (torn after 4 bytes)",
  );
  assert.equal(crashLine(operations, { at: 0, fates: new Map() }, "/m"), "before everything");
});

test("fewestLosses() takes back every loss that does not matter", async () => {
  const fates = new Map<number, Fate>([
    [1, "lost"],
    [2, "zeros"],
    [3, "lost"],
  ]);
  const fewest = await fewestLosses({ at: 4, fates }, async (choice) => choice.fates.has(2));
  assert.deepEqual([...fewest.fates], [[2, "zeros"]]);
});
