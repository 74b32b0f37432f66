import { createHash } from "node:crypto";
import { join } from "node:path";
import { type FileStat, type FileSystem, METADATA_DIRECTORY } from "../../spec/mod.ts";
import { exists, removeTree, writeBytes, evictingFiles, wrapFiles } from "../disk/mod.ts";
import { NotApplicable } from "../errors.ts";
import type { ModelFile } from "../models/mod.ts";
import type { World, StartOptions } from "../worlds/world.ts";
import { writeForeignSnapshot } from "./hub_cache.ts";
import { filePlace, modelPlace, ownLayout } from "./places.ts";

/**
 * Puts a model in its place and returns the directory: downloaded, so that its hashes are recorded, or written by hand,
 * so that nothing is known of it.
 */
export async function placeModel(
  world: World,
  files: readonly ModelFile[],
  options: { readonly repository: string; readonly isDownloaded: boolean },
): Promise<string> {
  const { repository, isDownloaded } = options;
  const directory = modelPlace(world, repository);
  if (isDownloaded) {
    world.hub.publish(repository, files, { tags: ["mlx"] });
    await world.start().download({ repository });
  } else {
    await placeByHand(world, files, { repository });
  }
  return directory;
}

/** Copies files to a model's place, as somebody does who moves models around: nothing is recorded of them. */
async function placeByHand(
  world: World,
  files: readonly ModelFile[],
  { repository }: { readonly repository: string },
): Promise<void> {
  if (ownLayout(world) !== "hf-cache") {
    const directory = modelPlace(world, repository);
    await changeFiles(world, directory, { before: [], after: files });
    return;
  }
  // A snapshot of copies: in a store the names of the contents would be their hashes.
  await writeForeignSnapshot(world.files, world.root, {
    repository,
    files,
    commit: createHash("sha1").update(repository).digest("hex"),
    revision: "main",
    hasListing: false,
    isShared: false,
    absent: [],
    isCopied: true,
  });
}

/** Paths that are in one set of files only, or in both with other bytes. */
export function changedPaths(before: readonly ModelFile[], after: readonly ModelFile[]): string[] {
  const old = new Map(before.map(({ path, bytes }) => [path, bytes]));
  const now = new Map(after.map(({ path, bytes }) => [path, bytes]));
  return [...new Set([...old.keys(), ...now.keys()])].filter((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    return was === undefined || is === undefined || !Buffer.from(was).equals(is);
  });
}

/** Turns the files of one set into those of another, and touches no others. */
export async function changeFiles(
  world: Pick<World, "files">,
  directory: string,
  change: { readonly before: readonly ModelFile[]; readonly after: readonly ModelFile[] },
): Promise<void> {
  const after = new Map(change.after.map(({ path, bytes }) => [path, bytes]));
  for (const path of changedPaths(change.before, change.after)) {
    const place = filePlace(directory, path);
    const bytes = after.get(path);
    if (bytes !== undefined) await writeBytes(world.files, place, bytes);
    else if (await exists(world.files, place)) await removeTree(world.files, place);
  }
}

/**
 * Evicts files, which are then there with their size and without any block: in the view of the process that is started with
 * the returned options, or, where another process's view cannot be changed, on the disk, as files that are one hole.
 *
 * @param places absolute paths
 * @throws {NotApplicable} when the volume gives a hole blocks
 */
export async function evictFiles(
  world: Pick<World, "kind" | "files">,
  places: readonly string[],
): Promise<Pick<StartOptions, "files">> {
  const { kind, files } = world;
  if (kind !== "process")
    return { files: (disk) => evictingFiles(disk, (path) => places.includes(path)) };
  for (const place of places) {
    const { sizeBytes } = await files.stat(place);
    const file = await files.open(place, "r+");
    try {
      await file.truncate(0);
      await file.truncate(sizeBytes);
    } finally {
      await file.close();
    }
    const { allocatedBytes } = await files.stat(place);
    if (allocatedBytes > 0)
      throw new NotApplicable("this volume keeps no file of a size without blocks");
  }
  return {};
}

/**
 * A disk on which some files look as if they had not been changed, as after a restore that puts the old times back.
 *
 * @param times modification times in milliseconds, by absolute path
 */
export function formerTimes(files: FileSystem, times: ReadonlyMap<string, number>): FileSystem {
  const former = (path: string, stat: FileStat): FileStat => ({
    ...stat,
    modifiedMs: times.get(path) ?? stat.modifiedMs,
  });
  return {
    ...boundFiles(files),
    stat: async (path) => former(path, await files.stat(path)),
    lstat: async (path) => former(path, await files.lstat(path)),
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      return {
        read: (buffer, position) => file.read(buffer, position),
        write: (data, position) => file.write(data, position),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        sync: () => file.sync(),
        stat: async () => former(path, await file.stat()),
        close: () => file.close(),
      };
    },
  };
}

/** The calls of a disk as plain functions, so that some of them can be replaced. */
export function boundFiles(files: FileSystem): FileSystem {
  return wrapFiles(files, (_, next) => next());
}

/**
 * Bytes of which no stretch repeats soon, so that a part in a wrong place is seen; another salt gives other bytes everywhere.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { patternedBytes } from "mlx-conform/internal";
 *
 * assert.notDeepEqual(patternedBytes(100, { salt: 1 }), patternedBytes(100, { salt: 2 }));
 * ```
 */
export function patternedBytes(
  sizeBytes: number,
  options: { readonly salt?: number } = {},
): Uint8Array {
  const { salt = 0 } = options;
  const bytes = new Uint8Array(sizeBytes);
  // The salt enters as a whole number that is never 0 modulo 256, and so changes every byte.
  for (let at = 0; at < sizeBytes; at++)
    bytes[at] = (at * 7 + (at >>> 6) * 11 + salt * 29 + 1) & 255;
  return bytes;
}

/**
 * The files of a model that the spec knows: visible ones, and `.metadata` files; by path, with the identity of their data.
 *
 * What else is hidden is the implementation's own affair.
 */
export async function modelNames(
  files: FileSystem,
  directory: string,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const enter = async (prefix: string): Promise<void> => {
    if (!(await exists(files, join(directory, prefix)))) return;
    for (const name of await files.readdir(join(directory, prefix))) {
      const path = prefix + name;
      const isMetadata = `${path}/`.startsWith(`${METADATA_DIRECTORY}/`);
      const isOnTheWay = METADATA_DIRECTORY.startsWith(path);
      if (path.split("/").some((part) => part.startsWith(".")) && !isMetadata && !isOnTheWay)
        continue;
      const { kind, inode } = await files.lstat(join(directory, path));
      if (kind === "directory") await enter(`${path}/`);
      else if (!isMetadata || path.endsWith(".metadata")) names.set(path, inode);
    }
  };
  await enter("");
  return names;
}
