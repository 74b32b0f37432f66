import { dirname, join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import type { DiskImage } from "../disk/disk_image.ts";
import { makeDirectories, readBytes, readTree, removeTree, writeBytes } from "../disk/disk_tree.ts";
import { memoryFiles } from "../disk/memory/memory_files.ts";
import { HarnessError } from "../errors.ts";
import { replayCalls } from "../tracing/mod.ts";
import type { StartOptions, World } from "../worlds/world.ts";
import type { CrashProcess } from "./crash_process.ts";
import { type DiskRecording, recordDisk } from "./disk_recording.ts";

/** Writes down what a program does to its disk. */
export interface ProgramRecorder {
  /** How its process is started. */
  readonly start: Pick<StartOptions, "recordCalls">;
  /** Ends the recording of its one operation; what resolved is acknowledged. */
  finish(options: { readonly acknowledged: string | undefined }): Promise<DiskRecording>;
}

/**
 * Records what the next process of a program does: by its system calls, done again on a disk in memory that was as its own.
 */
export async function recordProgram(world: World): Promise<ProgramRecorder> {
  const top = dirname(world.root);
  const disk = memoryFiles();
  await copyTree(world.files, disk, top);
  let heard: { readonly log: string; readonly sinceMs: number } | undefined;
  return {
    start: {
      recordCalls: (log, { sinceMs }) => {
        heard = { log, sinceMs };
      },
    },
    finish: async ({ acknowledged }) => {
      if (heard === undefined) throw new HarnessError("Cannot record a program: it did nothing");
      const { log, sinceMs } = heard;
      const recorder = recordDisk(disk);
      await replayCalls(disk, log, {
        sinceMs,
        isWatched: (path) => path.startsWith(`${top}/`),
      });
      if (acknowledged !== undefined) recorder.acknowledge(acknowledged);
      const recording = recorder.finish();
      await assertSame(world.files, disk, top);
      return recording;
    },
  };
}

/** Starts a program on a disk that a crash left: what was below the root goes, and what the crash left takes its place. */
export async function startProgramAfterCrash(
  world: World,
  image: DiskImage,
): Promise<CrashProcess> {
  const { files, root } = world;
  await removeTree(files, root);
  await copyTree(memoryFiles({ image }), files, root);
  const manager = world.start();
  const lines = async () =>
    new Set(
      (await readTree(files, root)).map(({ path, kind, sha256, linkTarget, modifiedMs }) =>
        [path, kind, sha256 ?? linkTarget, kind === "file" ? modifiedMs : ""].join(" "),
      ),
    );
  return {
    manager,
    image: async () => {
      const disk = memoryFiles();
      await copyTree(files, disk, root);
      return disk.image();
    },
    record: async () => {
      const before = await lines();
      return {
        finish: async () => {
          const after = await lines();
          const gone = [...before].filter((line) => !after.has(line)).length;
          const come = [...after].filter((line) => !before.has(line)).length;
          return { changes: gone + come, recording: undefined };
        },
      };
    },
    end: () => manager.kill(),
  };
}

async function copyTree(from: FileSystem, to: FileSystem, directory: string): Promise<void> {
  await makeDirectories(to, directory);
  for (const { path, kind, linkTarget = "" } of await readTree(from, directory)) {
    const place = join(directory, ...path.split("/"));
    if (kind === "directory") await makeDirectories(to, place);
    else if (kind === "link") await to.symlink(linkTarget, place);
    else await writeBytes(to, place, await readBytes(from, place));
  }
}

/** What the calls say must be what is there, or the verdict would be about another disk. */
async function assertSame(real: FileSystem, disk: FileSystem, top: string): Promise<void> {
  const lines = async (files: FileSystem) =>
    (await readTree(files, top)).map(({ path, kind, sha256, linkTarget }) =>
      [path, kind, sha256 ?? linkTarget].join(" "),
    );
  const [there, here] = [await lines(real), await lines(disk)];
  const missing =
    there.find((line) => !here.includes(line)) ?? here.find((line) => !there.includes(line));
  if (missing !== undefined)
    throw new HarnessError(`Cannot record a program: its calls do not account for ${missing}`);
}
