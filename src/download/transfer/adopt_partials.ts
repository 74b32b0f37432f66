import { basename, join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { errnoOf } from "../../disk/disk_error.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../../disk/walk.ts";
import { contentKeyOfPartial, PARTIAL_SUFFIX, type Staging } from "../../layout/model_place.ts";
import {
  isClaimName,
  type ModelClaim,
  TAKEN,
  takenDirectories,
} from "../../records/model_claim.ts";
import type { DownloadTask } from "../download_task.ts";
import { copyPartial } from "./ranges/copy_partial.ts";
import { keptRanges, type PartialContent } from "./ranges/kept_ranges.ts";

/** A partial file of an earlier claim. */
interface LeftPartial {
  readonly path: string;
  readonly content: PartialContent;
  readonly keptBytes: number;
  /** Whether nobody can write to it any more. */
  readonly isQuiet: boolean;
}

type WantedContents = Pick<DownloadTask, "place" | "wanted" | "processes">;

/**
 * Brings what earlier claims left of the wanted contents into the directory of this one: `DL-RESUME`, `DL-FENCED`.
 *
 * What a dead process or a finished claim left is renamed. A process that only stands still may go on to write through
 * its open handle, so what it left is copied: no file ever has two writers.
 *
 * @param task its place is the model's own, not yet that of the claim
 */
export async function adoptPartials(
  { files, directory }: Pick<ModelClaim, "files" | "directory">,
  task: WantedContents,
): Promise<void> {
  for (const [contentKey, lefts] of await leftPartials(files, task)) {
    const target = join(directory, `${contentKey}${PARTIAL_SUFFIX}`);
    for (const { path, content, isQuiet } of lefts) {
      if (isQuiet) await files.rename(path, target);
      // Where a copy has no room the next one is taken, which has less.
      else if (!(await copyWhereRoom(files, path, { target, content }))) continue;
      break;
    }
  }
}

/** What is left of each wanted content, the one with the most bytes first. */
async function leftPartials(
  files: FileSystem,
  task: WantedContents,
): Promise<Map<string, LeftPartial[]>> {
  const { staging } = task.place;
  const contents = wantedContents(task);
  const found: LeftPartial[] = [];
  for (const directory of await leftDirectories(files, staging)) {
    // What a claim had taken over may be of a process that stands still.
    const isQuiet =
      !directory.startsWith(join(staging.work, "silent.")) && basename(directory) !== TAKEN;
    for (const name of await namesIn(files, directory)) {
      const content = contents.get(contentKeyOfPartial(name) ?? "");
      if (content === undefined) continue;
      const path = join(directory, name);
      const keptBytes = await keptIn(files, path, content);
      if (keptBytes !== undefined) found.push({ path, content, keptBytes, isQuiet });
    }
  }
  // A rename needs no room.
  found.sort(
    (one, other) => other.keptBytes - one.keptBytes || Number(other.isQuiet) - Number(one.isQuiet),
  );
  return Map.groupBy(found, ({ content }) => content.contentKey);
}

/** How many bytes of each wanted content lie in a partial file, this claim's own or one that it may adopt, by content key. */
export async function partialSizes(
  files: FileSystem,
  task: WantedContents,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  const contents = wantedContents(task);
  for (const directory of await leftDirectories(files, task.place.staging)) {
    for (const name of await namesIn(files, directory)) {
      const content = contents.get(contentKeyOfPartial(name) ?? "");
      if (content === undefined) continue;
      const bytes = (await keptIn(files, join(directory, name), content)) ?? 0;
      sizes.set(content.contentKey, Math.max(bytes, sizes.get(content.contentKey) ?? 0));
    }
  }
  return sizes;
}

function wantedContents({ wanted, processes }: WantedContents): Map<string, PartialContent> {
  return new Map(
    wanted.map(({ contentKey, sizeBytes = Number.POSITIVE_INFINITY }) => [
      contentKey,
      {
        contentKey,
        sizeBytes,
        get boot() {
          return processes.machine;
        },
      },
    ]),
  );
}

/** What earlier claims left and nothing has adopted, by its paths. */
export async function leftovers(files: FileSystem, staging: Staging): Promise<string[]> {
  const paths: string[] = [];
  for (const directory of await leftDirectories(files, staging)) {
    const names = await namesIn(files, directory);
    paths.push(...names.filter(isClaimName).map((name) => join(directory, name)));
  }
  return paths;
}

/** Removes what earlier claims left and nothing has adopted: `DL-LEFTOVERS`. */
export async function removeLeftovers(files: FileSystem, staging: Staging): Promise<void> {
  for (const directory of [...(await leftDirectories(files, staging)), staging.temporary]) {
    const names = await namesIn(files, directory);
    for (const name of names.filter(isClaimName)) await unlinkIfThere(files, join(directory, name));
    // What somebody else put there stays, and so does the directory: `LAYOUT-PLANTED`.
    if (directory.startsWith(staging.work) && names.every(isClaimName))
      await files.rmdir(directory);
  }
}

/** Directories of claims that are over, and the one in which earlier versions kept partial files. */
async function leftDirectories(files: FileSystem, staging: Staging): Promise<string[]> {
  const names = (await namesIn(files, staging.work)).filter((name) =>
    /^(?:rest|silent)\.[0-9a-f]{16}$/.test(name),
  );
  const directories = [staging.partials];
  for (const name of names) {
    directories.push(...(await takenDirectories(files, join(staging.work, name))));
  }
  return directories;
}

/** How many bytes of a content a partial file has; undefined where there is none, or one that has another name elsewhere: it may be anybody's. */
async function keptIn(
  files: FileSystem,
  path: string,
  content: PartialContent,
): Promise<number | undefined> {
  const stat = await lstatIfThere(files, path);
  if (stat?.kind !== "file" || stat.linkCount !== 1) return undefined;
  if (stat.sizeBytes === 0) return 0;
  const file = await files.open(path, "r");
  try {
    return (await keptRanges(file, content)).ranges.total;
  } finally {
    await file.close();
  }
}

/** @returns whether there was room; otherwise the file is gone, and its bytes are fetched again */
async function copyWhereRoom(
  files: FileSystem,
  source: string,
  options: { readonly target: string; readonly content: PartialContent },
): Promise<boolean> {
  const { target } = options;
  try {
    await copyPartial(files, source, options);
    await unlinkIfThere(files, source);
    return true;
  } catch (error) {
    if (!["ENOSPC", "EDQUOT"].includes(errnoOf(error) ?? "")) throw error;
    await unlinkIfThere(files, target);
    await unlinkIfThere(files, source);
    return false;
  }
}
