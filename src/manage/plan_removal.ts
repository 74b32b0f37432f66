import { basename, join } from "node:path";
import { type FileStat, type FileSystem, MARKER_NAME, type RemovalPlan } from "../../spec/mod.ts";
import { lstatIfThere, namesIn, walk, type WalkEntry } from "../disk/walk.ts";
import { isCommit } from "../layout/hub_cache.ts";
import { type ModelPlace, placeAt } from "../layout/model_place.ts";
import { ownEntries } from "./own_entries.ts";

/**
 * Says what a removal would take away and how many bytes that would free; it writes nothing: `REMOVE-PLAN`.
 *
 * In the hub's cache a content goes with the last snapshot that has it, and one in the store that repositories share stays.
 *
 * @param places the directory, or in the hub's cache every snapshot that goes
 */
export async function planRemoval(
  files: FileSystem,
  places: readonly ModelPlace[],
): Promise<RemovalPlan> {
  const going: WalkEntry[] = [];
  let staying = 0;
  for (const place of places) {
    const { directory, cache } = place;
    const link = await lstatIfThere(files, directory);
    if (link?.kind === "link") {
      going.push({ path: basename(directory), stat: link });
      continue;
    }
    const entries: WalkEntry[] = [];
    for await (const entry of walk(files, directory)) entries.push(entry);
    const all = entries.filter(({ stat }) => stat.kind !== "directory");
    const own = cache === undefined ? await ownEntries(files, place, entries) : all;
    going.push(...own);
    staying += all.length - own.length;
  }
  const [first] = places;
  const blobs = first?.cache === undefined ? [] : await contentsOf(files, places);
  const stats = [...going.map(({ stat }) => stat), ...blobs];
  return {
    directory: planDirectory(places),
    files: going
      .map(({ path }) => path)
      .filter((path) => path !== MARKER_NAME && !path.startsWith(".cache/")),
    staying,
    ...freed(stats),
  };
}

/** All snapshots of a repository in the hub's cache, those that were never finished left out. */
export async function snapshotPlaces(
  files: FileSystem,
  { root, cache }: ModelPlace,
): Promise<ModelPlace[]> {
  if (cache === undefined) return [];
  const commits = (await namesIn(files, cache.snapshots)).filter(isCommit);
  return commits.map((commit) => placeAt(root, join(cache.snapshots, commit)));
}

function planDirectory(places: readonly ModelPlace[]): string {
  const [first] = places;
  const repository = first?.cache?.repository;
  return places.length > 1 && repository !== undefined ? repository : (first?.directory ?? "");
}

/** Contents of the repository's own that no snapshot but these has. */
async function contentsOf(files: FileSystem, places: readonly ModelPlace[]): Promise<FileStat[]> {
  const [first] = places;
  if (first?.cache === undefined) return [];
  const { snapshots, blobs } = first.cache;
  const going = new Set(places.map(({ directory }) => basename(directory)));
  const [wanted, kept] = [new Set<string>(), new Set<string>()];
  for (const commit of await namesIn(files, snapshots)) {
    const names = going.has(commit) ? wanted : kept;
    for await (const { path, stat } of walk(files, join(snapshots, commit)))
      if (stat.kind === "link")
        names.add(basename(await files.readlink(join(snapshots, commit, path))));
  }
  const stats: FileStat[] = [];
  for (const name of wanted) {
    const stat = kept.has(name) ? undefined : await lstatIfThere(files, join(blobs, name));
    if (stat !== undefined) stats.push(stat);
  }
  return stats;
}

/** Data comes free when its last name goes: `REMOVE-BYTES`. */
function freed(stats: readonly FileStat[]): Pick<RemovalPlan, "bytesFreed" | "bytesShared"> {
  const names = new Map<string, number>();
  let [bytesFreed, bytesShared] = [0, 0];
  const sizes = new Map<string, FileStat>();
  for (const stat of stats) {
    if (stat.kind !== "file") continue;
    names.set(stat.inode, (names.get(stat.inode) ?? 0) + 1);
    sizes.set(stat.inode, stat);
  }
  for (const [inode, stat] of sizes) {
    if (names.get(inode) === stat.linkCount) bytesFreed += stat.sizeBytes;
    else bytesShared += stat.sizeBytes;
  }
  return { bytesFreed, bytesShared };
}
