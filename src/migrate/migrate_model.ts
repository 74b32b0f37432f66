import { dirname, join } from "node:path";
import type { MigrationResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { byLeaving, leavesFirst } from "../records/leaving_order.ts";
import { type LockHost, lockModel } from "../records/model_lock.ts";
import { ModelError } from "../errors.ts";
import { throwIfAborted } from "../cancellation.ts";
import { assertInsideRoot } from "../layout/inside_root.ts";
import { placeAt } from "../layout/model_place.ts";
import {
  journalPath,
  journalTemporary,
  type MigrationJournal,
  readJournal,
  writeJournal,
} from "./migration_journal.ts";
import { moveFile } from "./move_file.ts";
import { planFiles } from "./plan_migration.ts";

/** What is to be moved. */
export interface MigrateModelOptions {
  readonly repository: string;
  /** The model's directory now. */
  readonly from: string;
  /** Where it belongs. */
  readonly to: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Says what a migration would do, and writes nothing: `MIGRATE-PLAN`.
 *
 * @throws {ModelError} `not-downloaded` when there is nothing to move
 */
export async function planMigration(
  host: LockHost,
  root: string,
  options: MigrateModelOptions,
): Promise<MigrationResult> {
  const { repository, from, to } = options;
  const begun = await readJournal(host.files, root, repository);
  if (begun !== undefined && !begun.isDone) {
    return { from: begun.from, to: begun.to, files: begun.files, leftBehind: [], isDone: false };
  }
  await assertInsideRoot(host.files, root, to);
  const { files, leftBehind } =
    from === to ? { files: [], leftBehind: [] } : await planFiles(host.files, options);
  if (files.length === 0) {
    throw new ModelError(
      "not-downloaded",
      `Cannot move "${repository}" to "${to}": there is no file of it in "${from}"; name its directory with --from`,
    );
  }
  return { from, to, files: files.map(({ path }) => path), leftBehind, isDone: false };
}

/**
 * Moves a model to its place, or finishes a move that was interrupted: `MIGRATE-SAFE`.
 *
 * The journal comes first, then every file gets its new place, then the old ones go. So at every moment each byte is at
 * one of the two, and the journal says which way is forward and which is back.
 */
export async function migrateModel(
  host: LockHost,
  root: string,
  options: MigrateModelOptions,
): Promise<MigrationResult> {
  // Where there is nothing to move, not even a lock is left behind.
  await planMigration(host, root, options);
  return locked(host, { ...options, root }, async () => {
    const plan = await planMigration(host, root, options);
    const { from, to, files } = plan;
    const journal = { from, to, files, isDone: false };
    const entry = { repository: options.repository, journal };
    await writeJournal(host, root, entry);
    await carry(host, root, { journal, signal: options.signal });
    await writeJournal(host, root, { ...entry, journal: { ...journal, isDone: true } });
    return { ...plan, isDone: true };
  });
}

/**
 * Undoes a migration, whether it was finished or not: `MIGRATE-SAFE`.
 *
 * @throws {ModelError} `not-downloaded` when no migration of this model is recorded
 */
export async function undoMigration(
  host: LockHost,
  root: string,
  options: MigrateModelOptions,
): Promise<MigrationResult> {
  const { repository, signal } = options;
  const recorded = await readJournal(host.files, root, repository);
  if (recorded === undefined) {
    throw new ModelError(
      "not-downloaded",
      `Cannot undo a migration of "${repository}": none is recorded under "${root}"; check the id and the root`,
    );
  }
  const { from, to, files } = recorded;
  return locked(host, { repository, from, to, signal, root }, async () => {
    const back = { from: to, to: from, files, isDone: false };
    await carry(host, root, { journal: back, signal });
    await unlinkIfThere(host.files, journalPath(root, repository));
    await removeEmptyDirectories(host.files, dirname(journalPath(root, repository)), root);
    return { ...back, leftBehind: [], isDone: true };
  });
}

/** Nothing else works on either place meanwhile. */
async function locked(
  host: LockHost,
  options: MigrateModelOptions & { readonly root: string },
  action: () => Promise<MigrationResult>,
): Promise<MigrationResult> {
  const { repository, from, to, signal, root } = options;
  const places = [from, to].map((directory) =>
    // What lies around a directory outside the root is not ours to tidy.
    placeAt(directory.startsWith(root) ? root : dirname(directory), directory),
  );
  const locks = places.map(({ staging }) => staging.locks);
  try {
    const result = await withLocks(host, locks, { action, signal });
    for (const place of places)
      await removeEmptyDirectories(host.files, place.staging.locks, place.root);
    return result;
  } catch (error) {
    throw diskError(error, `move "${repository}" from "${from}" to "${to}"`);
  }
}

async function withLocks<T>(
  host: LockHost,
  directories: readonly string[],
  options: { readonly action: () => Promise<T>; readonly signal?: AbortSignal | undefined },
): Promise<T> {
  const { action, signal } = options;
  await using held = new AsyncDisposableStack();
  // In one order for all, so that two that move against each other never wait for each other.
  for (const directory of directories.toSorted())
    held.use(await lockModel(host, directory, { signal }));
  return await action();
}

/** Gives every file its new place, makes that durable, and gives the old one up. */
async function carry(
  host: LockHost,
  root: string,
  options: { readonly journal: MigrationJournal; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { files } = host;
  const { journal, signal } = options;
  const { from, to } = journal;
  const at = (directory: string, path: string) => join(directory, path);
  const changed = new Set<string>();
  for (const path of journal.files) {
    throwIfAborted(signal);
    const source = at(from, path);
    if ((await lstatIfThere(files, source)) === undefined) continue;
    const target = at(to, path);
    await moveFile(host, source, { target, temporaryDirectory: journalTemporary(root) });
    changed.add(dirname(target));
  }
  for (const directory of changed) await files.syncDirectory(directory);
  // From its first step on nothing in the place that is given up looks like a model.
  const leaving = journal.files.toSorted(byLeaving);
  for (const path of leaving) {
    // Never the only copy: another process may have removed the new one meanwhile.
    if ((await lstatIfThere(files, at(to, path))) === undefined) continue;
    await unlinkIfThere(files, at(from, path));
    if (leavesFirst(path)) await files.syncDirectory(from);
  }
  for (const path of leaving) await removeEmptyDirectories(files, dirname(at(from, path)), from);
  await removeEmptyDirectories(files, journalTemporary(root), root);
}
