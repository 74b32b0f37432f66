import { dirname } from "node:path";
import type { MigrationResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import type { LockHost, ModelClaim } from "../records/model_claim.ts";
import { withModelLock } from "../records/model_lock.ts";
import { ModelError } from "../errors.ts";
import { assertNoLink } from "../layout/inside_root.ts";
import { type ModelPlace, placeAt } from "../layout/model_place.ts";
import { carryFiles, type Claims } from "./carry_files.ts";
import {
  assertFollowable,
  isInside,
  journalPath,
  journalTemporary,
  readJournal,
  writeJournal,
} from "./migration_journal.ts";
import { planFiles } from "./plan_migration.ts";

/** What is to be moved. */
export interface MigrateModelOptions {
  readonly repository: string;
  /** The model's directory now. */
  readonly from: string;
  /** Where it belongs. */
  readonly to: string;
  /** Whether the caller named `from`. @default {false} */
  readonly isNamed?: boolean;
  /** Every directory under the root where this repository may lie. @default {only the two} */
  readonly places?: readonly string[];
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
    assertFollowable(root, begun, options);
    return { from: begun.from, to: begun.to, files: begun.files, leftBehind: [], isDone: false };
  }
  for (const directory of [to, from])
    if (isInside(root, directory)) await assertNoLink(host.files, root, directory);
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
  return locked(host, { ...options, root }, async (claims) => {
    const plan = await planMigration(host, root, options);
    const { from, to, files } = plan;
    const journal = { from, to, files, isDone: false };
    const { directory } = claims.to;
    const entry = { repository: options.repository, journal, directory };
    const claimed = { ...host, files: claims.to.files };
    await writeJournal(claimed, root, entry);
    await carryFiles(claimed, { disk: host.files, journal, claims, signal: options.signal });
    await writeJournal(claimed, root, { ...entry, journal: { ...journal, isDone: true } });
    await removeEmptyDirectories(host.files, journalTemporary(root), root);
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
  assertFollowable(root, recorded, options);
  const { from, to, files } = recorded;
  return locked(host, { repository, from, to, signal, root }, async (claims) => {
    const back = { from: to, to: from, files, isDone: false };
    await carryFiles(
      { ...host, files: claims.from.files },
      {
        disk: host.files,
        journal: back,
        claims: { from: claims.to, to: claims.from },
        signal,
      },
    );
    await unlinkIfThere(claims.from.files, journalPath(root, repository));
    await removeEmptyDirectories(host.files, dirname(journalPath(root, repository)), root);
    return { ...back, leftBehind: [], isDone: true };
  });
}

/** Nothing else works on either place meanwhile. */
async function locked(
  host: LockHost,
  options: MigrateModelOptions & { readonly root: string },
  action: (claims: Claims) => Promise<MigrationResult>,
): Promise<MigrationResult> {
  const { repository, from, to, signal, root } = options;
  // What lies around a directory outside the root is not ours to tidy.
  const placeOf = (directory: string) =>
    placeAt(isInside(root, directory) ? root : dirname(directory), directory);
  const places = { from: placeOf(from), to: placeOf(to) };
  try {
    const result = await withLocks(host, places, { action, signal });
    for (const { staging, root: stop } of Object.values(places)) {
      for (const path of [staging.work, staging.locks])
        await removeEmptyDirectories(host.files, path, stop);
    }
    return result;
  } catch (error) {
    throw diskError(error, `move "${repository}" from "${from}" to "${to}"`);
  }
}

async function withLocks<T>(
  host: LockHost,
  places: { readonly from: ModelPlace; readonly to: ModelPlace },
  options: {
    readonly action: (claims: Claims) => Promise<T>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<T> {
  const { action, signal } = options;
  const locked = async (place: ModelPlace, work: (claim: ModelClaim) => Promise<T>): Promise<T> =>
    withModelLock(host, place.staging, {
      signal,
      purpose: "migrate",
      action: async (claim) => {
        // A migration that died may have left what would keep the place that is given up from going: `MIGRATE-SAFE`.
        await claim.removeHalfDone();
        return work(claim);
      },
    });
  // In one order for all, so that two that move against each other never wait for each other.
  return byLocks(places.from, places.to) < 0
    ? locked(places.from, async (from) => locked(places.to, async (to) => action({ from, to })))
    : locked(places.to, async (to) => locked(places.from, async (from) => action({ from, to })));
}

function byLocks({ staging: one }: ModelPlace, { staging: two }: ModelPlace): number {
  return one.locks < two.locks ? -1 : Number(one.locks > two.locks);
}
