import { basename, join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { copyFile } from "../../disk/copy_file.ts";
import { errnoOf } from "../../disk/disk_error.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../../disk/walk.ts";
import { PARTIAL_SUFFIX, type Staging } from "../../layout/model_place.ts";
import {
  isClaimName,
  type ModelClaim,
  TAKEN,
  takenDirectories,
} from "../../records/model_claim.ts";
import type { DownloadTask } from "../download_task.ts";

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
  const wanted = new Set(task.wanted.map(({ contentKey }) => `${contentKey}${PARTIAL_SUFFIX}`));
  for (const directory of await leftDirectories(files, staging)) {
    // What a claim had taken over may be of a process that stands still.
    const isQuiet =
      !directory.startsWith(join(staging.work, "silent.")) && basename(directory) !== TAKEN;
    for (const name of await namesIn(files, directory)) {
      if (!wanted.has(name)) continue;
      const [source, target] = [join(directory, name), join(claim.directory, name)];
      if (!(await isBetter(files, source, target))) continue;
      await unlinkIfThere(files, target);
      if (isQuiet) await files.rename(source, target);
      else await copyWhereRoom(files, source, target);
    }
  }
}

/** How many bytes of each content lie in a partial file, this claim's own or one that it may adopt, by content key. */
export async function partialSizes(
  files: FileSystem,
  staging: Staging,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const directory of await leftDirectories(files, staging)) {
    for (const name of await namesIn(files, directory)) {
      if (!name.endsWith(PARTIAL_SUFFIX)) continue;
      const key = name.slice(0, -PARTIAL_SUFFIX.length);
      const bytes = (await lstatIfThere(files, join(directory, name)))?.sizeBytes ?? 0;
      sizes.set(key, Math.max(bytes, sizes.get(key) ?? 0));
    }
  }
  return sizes;
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

/** A file with another name elsewhere may be anybody's, and would be written to. */
async function isBetter(files: FileSystem, source: string, target: string): Promise<boolean> {
  const stat = await lstatIfThere(files, source);
  if (stat?.kind !== "file" || stat.linkCount !== 1) return false;
  return stat.sizeBytes > ((await lstatIfThere(files, target))?.sizeBytes ?? -1);
}

async function copyWhereRoom(files: FileSystem, source: string, target: string): Promise<void> {
  try {
    await copyFile(files, source, { target });
    await unlinkIfThere(files, source);
  } catch (error) {
    if (!["ENOSPC", "EDQUOT"].includes(errnoOf(error) ?? "")) throw error;
    // The bytes are fetched again.
    await unlinkIfThere(files, target);
    await unlinkIfThere(files, source);
  }
}
