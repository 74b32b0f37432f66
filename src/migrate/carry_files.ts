import { dirname, join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { throwIfAborted } from "../cancellation.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { assertSameData } from "../disk/same_data.ts";
import { temporaryName, unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { byLeaving, leavesFirst } from "../records/leaving_order.ts";
import type { LockHost, ModelClaim } from "../records/model_claim.ts";
import type { MigrationJournal } from "./migration_journal.ts";
import { moveFile } from "./move_file.ts";

/** The claims on the two directories. */
export interface Claims {
  readonly from: ModelClaim;
  readonly to: ModelClaim;
}

/**
 * Gives every file its new place, makes that durable, and gives the old one up: `MIGRATE-SAFE`, `DL-FENCED`.
 *
 * A new name comes out of the directory of one claim, and an old one goes by way of that of the other, so a process that
 * stood still changes nothing that another one has made. A volume without hard links has only a rename from place to
 * place: there the claims are asked before and after, and a file that was moved without them goes back.
 *
 * @param host its disk is that of the claim on the new place
 */
export async function carryFiles(
  host: LockHost,
  options: {
    /** The disk as nobody's claim fences it. */
    readonly disk: FileSystem;
    readonly journal: MigrationJournal;
    readonly claims: Claims;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { files } = host;
  const { journal, claims, disk, signal } = options;
  const { from, to } = journal;
  const changed = new Set<string>();
  for (const path of journal.files) {
    throwIfAborted(signal);
    const [source, target] = [join(from, path), join(to, path)];
    // Another process may have given the old place other files meanwhile.
    await assertBoth(claims);
    if ((await lstatIfThere(files, source)) === undefined) {
      // A migration that was killed has renamed it, and that need not be on the disk yet.
      if ((await lstatIfThere(files, target)) !== undefined) changed.add(dirname(target));
      continue;
    }
    // What shows a model is on the disk only once all that it shows is: `MARK-TRUE`.
    if (leavesFirst(path)) await syncAll(files, changed);
    const { directory: temporaryDirectory } = claims.to;
    const way = await moveFile(host, source, { target, temporaryDirectory });
    if (way === "rename") await assertOrBack(claims, disk, { source, target });
    changed.add(dirname(target));
  }
  await syncAll(files, changed);
  // From its first step on nothing in the place that is given up looks like a model.
  const leaving = journal.files.toSorted(byLeaving);
  for (const path of leaving) {
    const source = join(from, path);
    // Never the only copy: another process may have removed the new one meanwhile.
    if ((await lstatIfThere(files, join(to, path))) === undefined) continue;
    if ((await lstatIfThere(files, source)) === undefined) continue;
    await assertSameData(files, source, join(to, path));
    await giveUp(claims, source, join(claims.from.directory, temporaryName(host.random)));
    if (leavesFirst(path))
      for (const directory of [claims.from.directory, from])
        await claims.from.files.syncDirectory(directory);
  }
  for (const path of leaving) await removeEmptyDirectories(files, dirname(join(from, path)), from);
}

/** Makes new names durable, each directory once. */
async function syncAll(files: FileSystem, changed: Set<string>): Promise<void> {
  for (const directory of changed) await files.syncDirectory(directory);
  changed.clear();
}

async function assertBoth({ from, to }: Claims): Promise<void> {
  await from.assertHeld();
  await to.assertHeld();
}

/** A file that was renamed after the claims were lost belongs to the process that has them. */
async function assertOrBack(
  claims: Claims,
  disk: FileSystem,
  { source, target }: { readonly source: string; readonly target: string },
): Promise<void> {
  try {
    await assertBoth(claims);
  } catch (error) {
    if ((await lstatIfThere(disk, source)) === undefined) await disk.rename(target, source);
    throw error;
  }
}

/** Removes a file that has another place, unless that place was taken over: then the file stays where it was. */
async function giveUp({ from, to }: Claims, source: string, own: string): Promise<void> {
  try {
    await from.files.rename(source, own);
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    await to.assertHeld();
    await unlinkIfThere(from.files, source);
    return;
  }
  try {
    await to.assertHeld();
  } catch (error) {
    await from.files.rename(own, source);
    throw error;
  }
  await unlinkIfThere(from.files, own);
}
