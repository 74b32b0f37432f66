import { createHash } from "node:crypto";
import type { ModelFile } from "../models/mod.ts";
import { exists, removeTree, writeBytes } from "../disk/mod.ts";
import type { World } from "../worlds/world.ts";
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
