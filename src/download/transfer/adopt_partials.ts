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

/**
 * Brings what earlier claims left of the wanted contents into the directory of this one: `DL-RESUME`, `DL-FENCED`.
 *
 * What a dead process or a finished claim left is renamed. A process that only stands still may go on to write through
 * its open handle, so what it left is copied: no file ever has two writers.
 *
 * @param task its place is the model's own, not yet that of the claim
 */
export async function adoptPartials(claim: ModelClaim, task: DownloadTask): Promise<void> {
  const { files } = claim;
  const { staging } = task.place;
  const contents = wantedContents(task);
  for (const directory of await leftDirectories(files, staging)) {
    // What a claim had taken over may be of a process that stands still.
    const isQuiet =
      !directory.startsWith(join(staging.work, "silent.")) && basename(directory) !== TAKEN;
    for (const name of await namesIn(files, directory)) {
      const content = contents.get(contentKeyOfPartial(name) ?? "");
      if (content === undefined) continue;
      const source = join(directory, name);
      const target = join(claim.directory, `${content.contentKey}${PARTIAL_SUFFIX}`);
      const bytes = await keptIn(files, source, content);
      if (bytes === undefined) continue;
      if (bytes <= ((await keptIn(files, target, content)) ?? -1)) continue;
      await unlinkIfThere(files, target);
      if (isQuiet) await files.rename(source, target);
      else await copyWhereRoom(files, source, { target, content });
    }
  }
}

/** How many bytes of each wanted content lie in a partial file, this claim's own or one that it may adopt, by content key. */
export async function partialSizes(
  files: FileSystem,
  task: DownloadTask,
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

function wantedContents({ wanted, processes }: DownloadTask): Map<string, PartialContent> {
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

async function copyWhereRoom(
  files: FileSystem,
  source: string,
  options: { readonly target: string; readonly content: PartialContent },
): Promise<void> {
  const { target } = options;
  try {
    await copyPartial(files, source, options);
    await unlinkIfThere(files, source);
  } catch (error) {
    if (!["ENOSPC", "EDQUOT"].includes(errnoOf(error) ?? "")) throw error;
    // The bytes are fetched again.
    await unlinkIfThere(files, target);
    await unlinkIfThere(files, source);
  }
}
