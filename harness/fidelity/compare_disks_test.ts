/**
 * The disk in memory against a real directory: random operations, same answers, same codes, same tree.
 *
 * `mlx-conform fidelity` runs more of it, on any directory.
 */
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FileSystem } from "../../spec/mod.ts";
import {
  diskError,
  foldingFiles,
  linklessFiles,
  nodeFiles,
  volumeFiles,
  wrapFiles,
} from "../disk/mod.ts";
import { compareDisks, type CompareDisksOptions } from "./compare_disks.ts";
import { kindOfVolume, probeVolume } from "./probe_volume.ts";

const SEQUENCES = Number(process.env["FIDELITY_SEQUENCES"] ?? 1000);
const SKIP =
  process.platform === "linux"
    ? false
    : "memory answers with Linux's codes; `mlx-conform fidelity` knows the listed differences";

test(
  "memoryFiles() answers as a real directory does, whatever is asked of it",
  { skip: SKIP },
  async () => {
    const { difference, outcomes, listed } = await within((directory) => ({
      files: nodeFiles(),
      directory,
      sequences: SEQUENCES,
    }));
    assert.deepEqual([difference, listed], [undefined, {}]);
    assert.deepEqual(
      OUTCOMES.filter((outcome) => outcomes[outcome] === undefined),
      [],
      "outcomes that never occurred prove nothing",
    );
  },
);

test("compareDisks() shows the smallest sequence that two disks answer differently", async () => {
  const { difference } = await within((directory) => ({
    directory,
    files: busyFiles(),
  }));
  assert.deepEqual(difference?.slice(-2), [
    'a real disk answers the last step with "EBUSY"',
    'and memory with "ENOENT"',
  ]);
  assert.equal(difference?.length, 3, "one step is enough");
});

test("compareDisks() sees what only the tree in the end shows", async () => {
  const { difference } = await within((directory) => ({
    directory,
    // Says that it renamed, and did not.
    files: wrapFiles(nodeFiles(), async (call, next) => {
      if (call.operation !== "symlink") return next();
      const { target = "" } = call;
      await nodeFiles().symlink(`${call.path}x`, target);
      return undefined as never;
    }),
  }));
  assert.match(difference?.join("\n") ?? "", /symlink/);
});

test("compareDisks() lets a listed difference pass, and counts it", async () => {
  const listed = [
    {
      platform: "any",
      volume: "plain",
      operation: "rmdir",
      real: "EBUSY",
      memory: "ENOENT",
      reason: "for this test",
    },
  ] as const;
  const result = await within((directory) => ({
    directory,
    listed,
    files: busyFiles(),
  }));
  assert.equal(result.difference, undefined);
  assert.ok((result.listed["for this test"] ?? 0) > 0);
});

test("probeVolume() distinguishes the kinds of volumes, and leaves nothing", async () => {
  const kinds = ["plain", "folding", "no-links"] as const;
  await inDirectory(async (directory) => {
    for (const kind of kinds) {
      const facts = await probeVolume(volumeFiles(nodeFiles(), kind), directory);
      assert.equal(kindOfVolume(facts), kind);
    }
    assert.deepEqual(await nodeFiles().readdir(directory), []);
    const strange = await probeVolume(linklessFiles(nodeFiles()), directory);
    assert.throws(() => kindOfVolume(strange), RangeError);
    const other = await probeVolume(
      foldingFiles(nodeFiles(), (name) => name.toLowerCase()),
      directory,
    );
    assert.throws(() => kindOfVolume(other), RangeError);
  });
});

// Helpers

/** What must have been met on the real directory: the refusals that memfs has otherwise or not at all. */
const OUTCOMES: readonly string[] = [
  ...["ok", "EINVAL", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR", "ENOTEMPTY"].map(
    (code) => `rename ${code}`,
  ),
  ...["ok", "EEXIST", "ENAMETOOLONG", "ENOENT", "ENOTDIR", "EPERM"].map((code) => `link ${code}`),
  ...["ok", "EEXIST", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR"].map((code) => `mkdir ${code}`),
  ...["ok", "EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR"].map(
    (code) => `open ${code}`,
  ),
  ...["ok", "EISDIR", "ENOENT", "ENOTDIR"].map((code) => `unlink ${code}`),
  ...["ok", "ENOENT", "ENOTDIR", "ENOTEMPTY"].map((code) => `rmdir ${code}`),
  ...["ok", "EEXIST", "ENOENT", "ENOTDIR"].map((code) => `symlink ${code}`),
  ...["ok", "EINVAL", "ENOENT"].map((code) => `readlink ${code}`),
  ...["ok", "ELOOP", "ENOENT", "ENOTDIR"].map((code) => `stat ${code}`),
  ...["ok", "ENOENT", "ENOTDIR"].flatMap((code) => [`readdir ${code}`, `syncDirectory ${code}`]),
  ...["ok", "EBADF", "EISDIR"].map((code) => `read ${code}`),
  ...["ok", "EBADF"].map((code) => `write ${code}`),
  ...["ok", "EINVAL"].map((code) => `truncate ${code}`),
];

/** A real disk that answers one question otherwise. */
function busyFiles(): FileSystem {
  return wrapFiles(nodeFiles(), async (call, next) => {
    try {
      return await next();
    } catch (error) {
      const isAbsent = call.operation === "rmdir" && String(error).includes("ENOENT");
      throw isAbsent ? diskError("EBUSY", "rmdir", call.path) : error;
    }
  });
}

async function within(
  options: (directory: string) => Partial<CompareDisksOptions> & {
    readonly files: FileSystem;
    readonly directory: string;
  },
): ReturnType<typeof compareDisks> {
  return inDirectory((directory) =>
    compareDisks({
      volume: "plain",
      platform: process.platform,
      sequences: 200,
      seed: Number(process.env["FIDELITY_SEED"] ?? 20260801),
      ...options(directory),
    }),
  );
}

async function inDirectory<T>(action: (directory: string) => Promise<T>): Promise<T> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "fidelity-")));
  try {
    return await action(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
