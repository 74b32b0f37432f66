/**
 * What each profile allows, on runs of a few operations whose states can be counted by hand.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileSystem } from "../../spec/mod.ts";
import { filesBelow, memoryFiles } from "../disk/mod.ts";
import { recordDisk } from "./disk_recording.ts";
import { enumerateStates, newCoverage } from "./enumerate_states.ts";
import type { Persistence } from "./persistence_profile.ts";

const BYTES = new Uint8Array(1024).fill(7);

/** The states of a run: for each the files with what they hold, and what was promised. */
async function statesOf(
  persistence: Persistence & { readonly exhaustiveMax?: number; readonly samples?: number },
  run: (files: FileSystem, acknowledge: () => void) => Promise<void>,
  prepare: (files: FileSystem) => Promise<void> = async () => {},
): Promise<string[]> {
  const files = memoryFiles();
  await prepare(files);
  const recorder = recordDisk(files);
  await run(files, () => recorder.acknowledge("it"));
  const recording = recorder.finish();
  const acknowledged = recording.operations.findIndex(({ kind }) => kind === "acknowledge");
  const promiseAt = (at: number) => (acknowledged !== -1 && at > acknowledged ? "!" : "");
  const states = [...enumerateStates(recording, { ...persistence, promiseAt })].map(
    ({ image, promise }) =>
      [...filesBelow(image, "/")]
        .map(([path, node]) => `${path}=${node.kind === "file" ? shapeOf(node.bytes) : "link"}`)
        .sort()
        .join(" ") + promise,
  );
  return states.sort();
}

function shapeOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  const what = bytes.every((byte) => byte === 0)
    ? "zeros"
    : bytes.every((byte) => byte === bytes[0])
      ? "data"
      : "mixed";
  return bytes.length === BYTES.length ? what : `${what}:${bytes.length}`;
}

async function write(files: FileSystem, path: string, sync: boolean): Promise<void> {
  const file = await files.open(path, "wx");
  await file.write(BYTES, 0);
  if (sync) await file.sync();
  await file.close();
}

test("kill: a prefix of what was done", async () => {
  const states = await statesOf({ profile: "kill" }, async (files) => {
    await write(files, "/a", false);
    await files.rename("/a", "/b");
  });
  assert.deepEqual(states, ["", "a=data", "a=empty", "b=data"]);
});

test("ordered: a rename can come without the data, which is whole, lost, zeros or torn", async () => {
  const states = await statesOf({ profile: "ordered" }, async (files) => {
    await write(files, "/a", false);
    await files.rename("/a", "/b");
  });
  assert.deepEqual(states, [
    "",
    "a=data",
    "a=data:512",
    "a=empty",
    "a=zeros",
    "b=data",
    "b=data:512",
    "b=empty",
    "b=zeros",
  ]);
});

test("ordered: a sync of the file makes its data and the entries before it durable, not the rename after it", async () => {
  const states = await statesOf({ profile: "ordered" }, async (files, acknowledge) => {
    await write(files, "/a", true);
    await files.rename("/a", "/b");
    acknowledge();
  });
  assert.deepEqual(
    states.filter((state) => state.endsWith("!")),
    ["a=data!", "b=data!"],
  );
  assert.ok(!states.some((state) => state.startsWith("b=") && !state.startsWith("b=data")));
});

test("ordered: a sync of one file does not commit what came after that file was last touched", async () => {
  const states = await statesOf({ profile: "ordered" }, async (files, acknowledge) => {
    const file = await files.open("/a", "wx");
    await file.write(BYTES, 0);
    await files.mkdir("/d");
    await write(files, "/d/b", false);
    await file.sync();
    await file.close();
    acknowledge();
  });
  const after = states.filter((state) => state.endsWith("!"));
  assert.ok(after.includes("a=data!"));
  assert.ok(after.every((state) => state.startsWith("a=data")));
});

test("ordered: what is written into a file in place can survive alone, what makes it longer cannot", async () => {
  const inPlace = await statesOf(
    { profile: "ordered" },
    async (files) => {
      await files.mkdir("/d");
      const file = await files.open("/a", "r+");
      await file.write(new Uint8Array(1024).fill(9), 0);
      await file.write(BYTES, 1024);
      await file.close();
    },
    (files) => write(files, "/a", true),
  );
  // Without the directory, which is the journal's, the file is as long as it was.
  assert.ok(inPlace.includes("a=data") && inPlace.includes("a=mixed:2048"));
});

test("apfs: as ordered, and never zeros; as a barrier a sync keeps order and promises nothing", async () => {
  const run = async (files: FileSystem, acknowledge: () => void) => {
    await write(files, "/a", true);
    await files.rename("/a", "/b");
    await files.syncDirectory("/");
    acknowledge();
  };
  const durable = await statesOf({ profile: "apfs" }, run);
  assert.ok(!durable.some((state) => state.includes("zeros")));
  assert.deepEqual(
    durable.filter((state) => state.endsWith("!")),
    ["b=data!"],
  );
  const barrier = await statesOf({ profile: "apfs", syncIs: "barrier" }, run);
  assert.ok(barrier.includes("!") && barrier.includes("a=data!"));
  assert.ok(barrier.every((state) => !state.includes("b=") || state.includes("b=data")));
});

test("weak: a name that was not synced can be lost although its file was, and the other way round", async () => {
  const states = await statesOf({ profile: "weak" }, async (files, acknowledge) => {
    await write(files, "/a", true);
    await write(files, "/b", false);
    await files.syncDirectory("/");
    acknowledge();
  });
  const after = states.filter((state) => state.endsWith("!"));
  assert.deepEqual(after, [
    "a=data b=data!",
    "a=data b=data:512!",
    "a=data b=empty!",
    "a=data b=zeros!",
  ]);
  assert.ok(states.includes("b=data") && states.includes(""));
});

test("weak: a rename is durable with the directory that it leads to, and whole", async () => {
  const run = (synced: string) =>
    statesOf(
      { profile: "weak" },
      async (files, acknowledge) => {
        await files.rename("/d/a", "/e/a");
        await files.syncDirectory(synced);
        acknowledge();
      },
      async (files) => {
        await files.mkdir("/d");
        await files.mkdir("/e");
        await write(files, "/d/a", true);
      },
    );
  const afterSuccess = async (synced: string) =>
    (await run(synced)).filter((state) => state.endsWith("!"));
  assert.deepEqual(await afterSuccess("/e"), ["e/a=data!"]);
  assert.deepEqual(await afterSuccess("/d"), ["d/a=data!", "e/a=data!"]);
});

test("a file whose entry was lost is gone with everything below it", async () => {
  const states = await statesOf({ profile: "weak" }, async (files, acknowledge) => {
    await files.mkdir("/d");
    await write(files, "/d/a", true);
    await files.syncDirectory("/d");
    acknowledge();
  });
  assert.deepEqual(
    states.filter((state) => state.endsWith("!")),
    ["!", "d/a=data!"],
  );
});

test("the coverage says what was gone through, and a part is said to be a part", async () => {
  const files = memoryFiles();
  const recorder = recordDisk(files);
  for (let index = 0; index < 8; index++) await write(files, `/${index}`, false);
  const recording = recorder.finish();
  const some = newCoverage();
  const states = [
    ...enumerateStates(recording, { profile: "weak", exhaustiveMax: 8, samples: 2 }, some),
  ];
  assert.equal(some.distinct, states.length);
  assert.ok(some.enumerated >= some.distinct);
  assert.ok(some.exhaustivePoints < some.points);
  const kill = newCoverage();
  assert.equal([...enumerateStates(recording, { profile: "kill" }, kill)].length, 17);
  assert.equal(kill.exhaustivePoints, kill.points);
  // Each operation alone is among the losses, also where not all choices are made.
  const lost = states.some(
    ({ image }) => !filesBelow(image, "/").has("0") && filesBelow(image, "/").has("7"),
  );
  assert.ok(lost);
});

test("equal seeds draw equal states", async () => {
  const files = memoryFiles();
  const recorder = recordDisk(files);
  for (let index = 0; index < 6; index++) await write(files, `/${index}`, false);
  const recording = recorder.finish();
  const choices = (seed: number) =>
    [...enumerateStates(recording, { profile: "weak", exhaustiveMax: 4, samples: 3, seed })].map(
      ({ choice }) => JSON.stringify([choice.at, [...choice.fates]]),
    );
  assert.deepEqual(choices(3), choices(3));
  assert.notDeepEqual(choices(3), choices(4));
});
