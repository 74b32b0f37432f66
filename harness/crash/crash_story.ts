import { join } from "node:path";
import { type DownloadRequest, MARKER_NAME } from "../../spec/mod.ts";
import { type DiskImage, nodeAt } from "../disk/disk_image.ts";
import type { ModelFile } from "../models/mod.ts";
import { type CachedSnapshots, snapshotPaths } from "./cached_snapshots.ts";
import { contentName, CrashImageBuilder } from "./crash_image_builder.ts";
import type { DiskRecording, RecordedOperation } from "./disk_recording.ts";

/** What a recorded run was about: what the disk may hold afterwards. */
export interface CrashStory {
  readonly root: string;
  /** The model's directory; in the hub's own cache, that of the last version's snapshot. */
  readonly directory: string;
  /** Where the versions lie, if that is the hub's own cache. */
  readonly cache?: CachedSnapshots;
  /** The download that must bring the model after the crash. */
  readonly request: DownloadRequest;
  /** The files of each version by name; the last is the one that the hub has. */
  readonly versions: readonly (readonly ModelFile[])[];
  /** What a download may bring besides: files of these versions that no default pattern takes. @default {none} */
  readonly optional?: readonly ModelFile[];
  /** The version that an earlier success had promised, if one had. */
  readonly before?: number;
  /** Whether `check` calls the versions loadable when they are there whole. @default {false} */
  readonly isLoadable?: boolean;
}

/** What had been promised when the crash came: nothing, or a version of the model. */
export type CrashPromise = "none" | "before" | "after";

/** A crash scenario and what its recording adds to it. */
export interface CrashCase {
  readonly story: CrashStory;
  readonly recording: DiskRecording;
  readonly promiseAt: (at: number) => CrashPromise;
  /** Contents that the marker may have. */
  readonly markers: ReadonlySet<string>;
}

/** Reads out of a recording what was promised when, and what the marker was and became. */
export function crashCase(story: CrashStory, recording: DiskRecording): CrashCase {
  const { operations, start } = recording;
  const acknowledged = operations.findIndex(({ kind }) => kind === "acknowledge");
  const finals = new Set([
    join(story.directory, MARKER_NAME),
    ...story.versions.flat().map(({ path }) => join(story.directory, ...path.split("/"))),
    ...earlierPaths(story),
  ]);
  const touched = operations.findIndex((operation) => isAbout(operation, finals));
  const promiseAt = (at: number): CrashPromise => {
    if (acknowledged !== -1 && at > acknowledged) return "after";
    const isUntouched = touched === -1 || at <= touched;
    return isUntouched && story.before !== undefined ? "before" : "none";
  };
  const folder = new CrashImageBuilder(recording);
  const fates = new Map();
  // What a rename puts there is new in one step, also when it is replaced once more.
  const replaced = operations.flatMap((operation, index) =>
    operation.kind === "rename" && operation.target === join(story.directory, MARKER_NAME)
      ? [folder.fold({ at: index + 1, fates })]
      : [],
  );
  const whole = [start, ...replaced, folder.fold({ at: operations.length, fates })];
  const markers = whole.flatMap((image) => markerName(image, story) ?? []);
  return { story, recording, promiseAt, markers: new Set(markers) };
}

/** What an earlier success is there by, in the hub's own cache: its snapshot, and the branch. */
function earlierPaths({ cache, before, versions }: CrashStory): string[] {
  if (cache === undefined || before === undefined) return [];
  return snapshotPaths(cache, before, { files: versions[before] ?? [] });
}

/** A name of the marker's content; undefined when there is no marker. */
export function markerName(
  image: DiskImage,
  { directory }: Pick<CrashStory, "directory">,
): string | undefined {
  const node = nodeAt(image, join(directory, MARKER_NAME));
  if (node === undefined) return undefined;
  return node.kind === "file" ? contentName(node.bytes) : node.kind;
}

function isAbout(operation: RecordedOperation, paths: ReadonlySet<string>): boolean {
  if (operation.kind === "acknowledge" || operation.kind === "sync") return false;
  if (operation.kind === "sync-directory") return false;
  return paths.has(operation.path) || (operation.kind === "rename" && paths.has(operation.target));
}
