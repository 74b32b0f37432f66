/**
 * A run of the subject with every operation on the disk written down.
 *
 * @module
 */

import {
  type CachedSnapshots,
  type CrashCase,
  crashCase,
  type CrashPlace,
  type CrashStory,
  type DiskRecording,
  recordDisk,
  recordProgram,
  startProgramAfterCrash,
} from "../../harness/internal.ts";
import {
  killDownload,
  type ModelFile,
  type RunningSubject,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";
import type { DownloadRequest } from "../../spec/mod.ts";

/** Simulated time between two things that people do, so that times of change differ. */
const PAUSE_MS = 60_000;

/** What is recorded. */
export interface RunToRecord {
  readonly directory: string;
  /** Where the versions lie, if that is the hub's own cache. */
  readonly cache?: CachedSnapshots;
  readonly request: DownloadRequest;
  /** Every version that the disk may hold parts of; the last is what the hub has when the run begins. */
  readonly versions: readonly (readonly ModelFile[])[];
  /** The version whose success was reported before the run. */
  readonly before?: number;
  readonly isLoadable?: boolean;
  /** At which change of the disk a process before dies that downloads the same, if one does; a program's is durable. */
  readonly killedAt?: number;
  /** What happens. @default {a download, which is acknowledged when it resolves} */
  readonly run?: (process: RunningSubject) => Promise<unknown>;
}

/** Lets something happen in a world and records its disk. */
export async function recordRun(world: World, what: RunToRecord): Promise<CrashCase> {
  const { directory, cache, request, before, isLoadable = false } = what;
  if (world.kind === "process") await killBefore(world, what);
  world.clock.advance(PAUSE_MS);
  const isProgram = world.kind === "process";
  const recording = await (isProgram ? recordRunOfProgram : recordRunInMemory)(world, what);
  const story: CrashStory = {
    root: world.root,
    directory,
    ...(cache === undefined ? {} : { cache }),
    request,
    versions: what.versions.map((files) => wantedFiles(files)),
    optional: what.versions.flatMap((files) => {
      const wanted = new Set(wantedFiles(files));
      return files.filter((file) => !wanted.has(file));
    }),
    isLoadable,
    ...(before === undefined ? {} : { before }),
  };
  return crashCase(story, recording);
}

/** What the killed process wrote and did not sync may be lost at the crash too, where it is recorded. */
async function killBefore(world: World, { request, killedAt }: RunToRecord): Promise<void> {
  if (killedAt === undefined) return;
  await killDownload(world, request, { at: { at: "operation", nth: killedAt, torn: true } });
}

async function recordRunInMemory(world: World, what: RunToRecord): Promise<DiskRecording> {
  const { request, run } = what;
  const recorder = recordDisk(world.files);
  await killBefore(world, what);
  world.clock.advance(PAUSE_MS);
  const process = world.start();
  if (run === undefined) {
    await process.download(request);
    recorder.acknowledge("the download");
  } else await run(process);
  return recorder.finish();
}

async function recordRunOfProgram(
  world: World,
  { request, run }: RunToRecord,
): Promise<DiskRecording> {
  const recorder = await recordProgram(world);
  const process = world.start(recorder.start);
  await (run === undefined ? process.download(request) : run(process));
  const acknowledged = run === undefined ? "the download" : undefined;
  const recording = await recorder.finish({ acknowledged });
  // Nobody outlives a crash.
  await process.kill();
  return recording;
}

/** Where the processes after a crash of a world come up. */
export function placeAfterCrash(world: World): CrashPlace {
  const { subject, hub, root, clock } = world;
  const place = { subject, hub, root, nowMs: clock.now() + PAUSE_MS };
  return world.kind === "process"
    ? { ...place, start: (image) => startProgramAfterCrash(world, image) }
    : place;
}
