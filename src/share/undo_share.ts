import { basename, dirname, join } from "node:path";
import {
  type Digest,
  type FileSystem,
  MARKER_NAME,
  METADATA_DIRECTORY,
  type SharedFile,
  type ShareResult,
} from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { hashFile } from "../disk/file_hash.ts";
import { readSmallFile, unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, namesIn, walk } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { assertNoLink } from "../layout/inside_root.ts";
import type { LockHost, ModelClaim } from "../records/model_claim.ts";
import { withModelLock } from "../records/model_lock.ts";
import { digestOf } from "./give_data.ts";
import { isMarkerAt } from "./place_share.ts";
import {
  type JournalEntry,
  readShareJournal,
  type ShareJournal,
  shareJournalPath,
  shareQueue,
} from "./share_journal.ts";
import type { ShareTask } from "./share_model.ts";
import { type ShareTarget, shareTarget } from "./share_target.ts";

/** A share to be undone; where its data came from is in its journal. */
export interface UndoTask extends Omit<ShareTask, "from"> {
  /** Whether a directory is one of the copies that are known, or that the caller names. */
  readonly isCopy: (directory: string) => Promise<boolean>;
}

/** An entry that goes, and what it looks like now. */
interface Going {
  readonly entry: JournalEntry;
  readonly sizeBytes: number;
}

/**
 * Takes a share back, whether it was finished or not: `SHARE-UNDO`.
 *
 * Only what the journal says that the share made goes, only while it is what the share made, and only while the copy that it came from
 * still has the same data: so no data goes that nothing else has, whatever a journal says.
 *
 * @throws {ModelError} `not-downloaded` when no share is recorded, or the copy that it came from is gone or has changed
 */
export async function undoShare(host: LockHost, task: UndoTask): Promise<ShareResult> {
  const { config, request, signal } = task;
  const { repository, into } = request;
  const journal = await readShareJournal(host.files, config.root, request);
  if (journal === undefined) {
    throw new ModelError(
      "not-downloaded",
      `Cannot undo a share of "${repository}" with "${into}": none is recorded under "${config.root}"; check the id, the store and the root`,
    );
  }
  const target = shareTarget(config, request, journal.commit);
  await assertFollowable(task, journal, target);
  await assertNotCompleted(host.files, journal, target);
  await assertNoLink(host.files, into, target.place.directory);
  const { staging, root } = target.place;
  const all = shareQueue(config.root, repository);
  try {
    // Two that undo each other's shares would both see that the other copy is still there.
    return await withModelLock(host, all, {
      signal,
      purpose: "share",
      action: () =>
        withModelLock(host, staging, {
          signal,
          purpose: "share",
          action: (claim) => takeBack(host, { task, journal, target, claim }),
          after: async () => {
            for (const path of [staging.work, staging.locks, target.place.directory, target.base])
              await removeEmptyDirectories(host.files, path, root);
          },
        }),
      after: async () => {
        for (const path of [all.work, all.locks])
          await removeEmptyDirectories(host.files, path, config.root);
      },
    });
  } catch (error) {
    throw diskError(error, `undo the share of "${repository}" with "${into}"`);
  }
}

/** A root may have come with its journals: what they name must be a copy that is known, or that the user names. */
async function assertFollowable(
  { config, request, isCopy }: UndoTask,
  journal: ShareJournal,
  target: ShareTarget,
): Promise<void> {
  const isOwnTarget = journal.to === target.place.directory;
  if (isOwnTarget && journal.from !== journal.to && (await isCopy(journal.from))) return;
  const wrong = isOwnTarget ? journal.from : journal.to;
  throw new ModelError(
    "not-downloaded",
    `Cannot follow the journal "${shareJournalPath(config.root, request)}": "${wrong}" is no copy of "${request.repository}"; what is in "${target.place.directory}" may be the only one, and "mlx-layout remove" removes it`,
  );
}

/** What a download has completed since is a model of its own, and no longer what the share made. */
async function assertNotCompleted(
  files: FileSystem,
  { entries }: ShareJournal,
  { place: { directory }, base }: ShareTarget,
): Promise<void> {
  const marker = join(directory, MARKER_NAME);
  if ((await lstatIfThere(files, marker)) === undefined) return;
  if (entries.some(({ at }) => join(base, at) === marker)) return;
  throw new ModelError(
    "not-downloaded",
    `Cannot undo the share: a download has completed "${directory}" since, and it is a model of its own; "mlx-layout remove" removes it`,
  );
}

async function takeBack(
  host: LockHost,
  options: {
    readonly task: UndoTask;
    readonly journal: ShareJournal;
    readonly target: ShareTarget;
    readonly claim: ModelClaim;
  },
): Promise<ShareResult> {
  const { task, journal, target, claim } = options;
  const { files } = claim;
  const { base, place } = target;
  await claim.removeHalfDone();
  const { going, leftBehind } = await whatGoes(host.files, options);
  const isReferenced = await referencedBlobs(host.files, target);
  const gone: SharedFile[] = [];
  for (const { entry, sizeBytes } of going.toSorted(byGoing)) {
    const path = join(base, entry.at);
    // A content that another snapshot has come to need is no longer the share's alone.
    if (entry.kind === "data" && place.cache !== undefined && (await isReferenced(path))) {
      leftBehind.push(entry.at);
      continue;
    }
    await unlinkIfThere(files, path);
    if (rankOf(entry) < OTHERS) await files.syncDirectory(dirname(path));
    if (entry.kind === "data") gone.push({ path: entry.path ?? entry.at, sizeBytes, way: "there" });
  }
  // What the journal names is gone for good before the journal is.
  for (const directory of new Set(going.map(({ entry }) => dirname(join(base, entry.at)))))
    await files.syncDirectory(directory);
  for (const { entry } of going)
    await removeEmptyDirectories(host.files, dirname(join(base, entry.at)), base);
  const journalAt = shareJournalPath(task.config.root, task.request);
  await unlinkIfThere(files, journalAt);
  await removeEmptyDirectories(host.files, dirname(journalAt), task.config.root);
  const { from, to } = journal;
  return { from, to, files: gone, bytesTaken: 0, bytesFreed: 0, leftBehind, isDone: true };
}

/** Decides about every entry before any goes. */
async function whatGoes(
  files: FileSystem,
  {
    task,
    journal,
    target,
  }: { readonly task: UndoTask; readonly journal: ShareJournal; readonly target: ShareTarget },
): Promise<{ readonly going: Going[]; readonly leftBehind: string[] }> {
  const going: Going[] = [];
  const leftBehind: string[] = [];
  for (const entry of journal.entries) {
    const path = join(target.base, entry.at);
    const stat = await lstatIfThere(files, path);
    if (stat === undefined) continue;
    const isItsKind = stat.kind === (entry.kind === "link" ? "link" : "file");
    const isOurs =
      entry.origin === "made" &&
      isItsKind &&
      (entry.kind === "data"
        ? await isStillShared(files, entry, { path, from: journal.from, signal: task.signal })
        : await isSameText(files, path, entry));
    if (isOurs) going.push({ entry, sizeBytes: stat.sizeBytes });
    else leftBehind.push(entry.at);
  }
  const paths = new Set(going.map(({ entry }) => entry.path));
  // What is known of a file stays with it.
  const isIdle = ({ entry }: Going) =>
    entry.kind === "state" && !isMarkerAt(entry.at) && !paths.has(fileOfMetadata(entry.at));
  return { going: going.filter((one) => !isIdle(one)), leftBehind };
}

function fileOfMetadata(at: string): string {
  return at.slice(METADATA_DIRECTORY.length + 1).replace(/\.metadata$/, "");
}

/**
 * Whether a place has what the share put there, and the copy that it came from has it too.
 *
 * @throws {ModelError} `not-downloaded` where it is what the share put there, and nothing else has it any more
 */
async function isStillShared(
  files: FileSystem,
  entry: JournalEntry,
  where: {
    readonly path: string;
    readonly from: string;
    readonly signal: AbortSignal | undefined;
  },
): Promise<boolean> {
  const { path, from, signal } = where;
  const { path: file = "", digest } = entry;
  const source = join(from, ...file.split("/"));
  const isLinked = entry.way === "link" || entry.way === "replace";
  if (await isSameData(files, source, { path, isLinked, signal })) return true;
  if (isLinked && (await lstatIfThere(files, source)) !== undefined) return false;
  if (digest === undefined || (await digestOf(files, path, { like: digest, signal })) !== digest)
    return false;
  throw new ModelError(
    "not-downloaded",
    `Cannot undo the share: "${from}" no longer has the "${file}" that "${path}" is, which may be the only one; "mlx-layout remove" removes it`,
    { file },
  );
}

/** Whether a place has the data of the copy that it came from, which stays. */
async function isSameData(
  files: FileSystem,
  source: string,
  {
    path,
    isLinked,
    signal,
  }: {
    readonly path: string;
    readonly isLinked: boolean;
    readonly signal: AbortSignal | undefined;
  },
): Promise<boolean> {
  if ((await lstatIfThere(files, source)) === undefined) return false;
  const [theirs, ours] = [await files.realpath(source), await files.realpath(path)];
  if (theirs === ours) return false;
  const [one, two] = [await files.stat(theirs), await files.stat(ours)];
  if (one.kind !== "file" || one.sizeBytes !== two.sizeBytes) return false;
  if (one.inode === two.inode) return true;
  // A second name of the same data is ours; other data that is equal has been put there since.
  if (isLinked) return false;
  const digest: Digest = (await hashFile(files, theirs, { algorithm: "sha256", signal })).digest;
  return (await digestOf(files, ours, { like: digest, signal })) === digest;
}

async function isSameText(
  files: FileSystem,
  path: string,
  { kind, text }: JournalEntry,
): Promise<boolean> {
  // What vouches for files that go must go, whatever a later download has written into it.
  if (kind === "state") return true;
  return kind === "link"
    ? (await files.readlink(path)) === text
    : (await readSmallFile(files, path)) === text;
}

/** Contents that other snapshots of the repository lead to, asked once the share's own links are gone. */
async function referencedBlobs(
  files: FileSystem,
  { place }: ShareTarget,
): Promise<(blob: string) => Promise<boolean>> {
  const { cache } = place;
  let names: Set<string> | undefined;
  const read = async () => {
    const found = new Set<string>();
    if (cache === undefined) return found;
    for (const commit of await namesIn(files, cache.snapshots))
      for await (const { path, stat } of walk(files, join(cache.snapshots, commit)))
        if (stat.kind === "link")
          found.add(basename(await files.readlink(join(cache.snapshots, commit, path))));
    return found;
  };
  return async (blob) => (names ??= await read()).has(basename(blob));
}

/** What does not vouch for anything, and no longer looks like a model without the others. */
const OTHERS = 3;

/** Refs and markers first, then what shows a model, then the rest, and contents last: `MARK-FIRST-OUT`. */
function rankOf({ kind, at }: JournalEntry): number {
  if (kind === "text" && at.startsWith("refs/")) return 0;
  if (isMarkerAt(at)) return 1;
  if (basename(at) === "config.json") return 2;
  return at.startsWith("blobs/") ? OTHERS + 1 : OTHERS;
}

function byGoing(one: Going, two: Going): number {
  return rankOf(one.entry) - rankOf(two.entry);
}
