/**
 * Four ways of writing two files, each under every profile: why a downloader must sync, and what `kill -9` does not see.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileSystem } from "../../spec/mod.ts";
import { filesBelow } from "../disk/mod.ts";
import { memoryWorld } from "../worlds/memory_world.ts";
import { type Script, scriptedSubject } from "../worlds/scripted_subject.ts";
import { recordDisk } from "./disk_recording.ts";
import { enumerateStates } from "./enumerate_states.ts";
import type { Persistence } from "./persistence_profile.ts";

const SIZE_BYTES = 64 * 1024;
const NAMES = ["one", "two"] as const;

/** How much care a way of writing takes. */
interface Care {
  readonly renames: boolean;
  readonly syncsFiles: boolean;
  readonly syncsDirectories: boolean;
}

const WAYS: Readonly<Record<string, Care>> = {
  "at the final name": { renames: false, syncsFiles: false, syncsDirectories: false },
  "temporary file, rename": { renames: true, syncsFiles: false, syncsDirectories: false },
  "the same, file synced first": { renames: true, syncsFiles: true, syncsDirectories: false },
  "the same, directories synced too": { renames: true, syncsFiles: true, syncsDirectories: true },
};

function contentOf(name: string): Uint8Array {
  return new Uint8Array(SIZE_BYTES).fill(name.length + name.charCodeAt(0));
}

async function writeTwo({ host: { files }, config: { root } }: Script, care: Care): Promise<void> {
  await files.mkdir(root);
  if (care.syncsDirectories) await files.syncDirectory(root.slice(0, root.lastIndexOf("/")));
  for (const name of NAMES) {
    const path = care.renames ? `${root}/${name}.part` : `${root}/${name}`;
    await writeParts(files, path, { bytes: contentOf(name), sync: care.syncsFiles });
    if (care.renames) await files.rename(path, `${root}/${name}`);
    if (care.syncsDirectories) await files.syncDirectory(root);
  }
}

async function writeParts(
  files: FileSystem,
  path: string,
  options: { readonly bytes: Uint8Array; readonly sync: boolean },
): Promise<void> {
  const { bytes, sync } = options;
  const file = await files.open(path, "wx");
  await file.write(bytes.subarray(0, SIZE_BYTES / 2), 0);
  await file.write(bytes.subarray(SIZE_BYTES / 2), SIZE_BYTES / 2);
  if (sync) await file.sync();
  await file.close();
}

/** Violations among the distinct states: wrong bytes at a final name, and files that are gone after success. */
async function violationsOf(
  care: Care,
  persistence: Persistence,
): Promise<{ readonly wrong: number; readonly lost: number; readonly states: number }> {
  await using world = await memoryWorld(scriptedSubject((script) => writeTwo(script, care)));
  const recorder = recordDisk(world.files);
  await world.start().download({ repository: "org/name" });
  recorder.acknowledge("download");
  const recording = recorder.finish();
  const { operations } = recording;
  let [wrong, lost, states] = [0, 0, 0];
  const promiseAt = (at: number) => (at === operations.length ? "done" : "");
  for (const { image, promise } of enumerateStates(recording, { ...persistence, promiseAt })) {
    states++;
    const found = filesBelow(image, world.root);
    for (const name of NAMES) {
      const node = found.get(name);
      if (node === undefined) lost += promise === "done" ? 1 : 0;
      else if (
        node.kind !== "file" ||
        !contentOf(name).every((byte, at) => node.bytes[at] === byte)
      )
        wrong++;
    }
  }
  return { wrong, lost, states };
}

/** What each way breaks, by profile: `W` wrong files, `L` lost ones. */
const BROKEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "at the final name": { kill: "W", ordered: "WL", apfs: "WL", weak: "WL" },
  "temporary file, rename": { kill: "", ordered: "WL", apfs: "WL", weak: "WL" },
  "the same, file synced first": { kill: "", ordered: "L", apfs: "L", weak: "L" },
  "the same, directories synced too": { kill: "", ordered: "", apfs: "", weak: "" },
};

for (const [way, care] of Object.entries(WAYS)) {
  for (const profile of ["kill", "ordered", "apfs", "weak"] as const) {
    const expected = BROKEN[way]?.[profile] ?? "";
    test(`writing ${way} breaks "${expected}" under ${profile}`, async (context) => {
      const { wrong, lost, states } = await violationsOf(care, { profile });
      context.diagnostic(`${wrong} wrong files and ${lost} lost in ${states} states`);
      assert.equal((wrong > 0 ? "W" : "") + (lost > 0 ? "L" : ""), expected);
    });
  }
}

test("with a sync that is only a barrier what was promised last can be lost, and nothing is wrong", async () => {
  const care = WAYS["the same, directories synced too"];
  assert.ok(care !== undefined);
  const { wrong, lost } = await violationsOf(care, { profile: "apfs", syncIs: "barrier" });
  assert.equal(wrong, 0);
  assert.ok(lost > 0);
});
