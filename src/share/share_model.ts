import { basename, dirname, join } from "node:path";
import type {
  ShareRequest,
  ShareResult,
  ShareWay,
  SubjectConfig,
  WaitOptions,
} from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { assertExactCase, assertNoLink } from "../layout/inside_root.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import type { LockHost, ModelClaim } from "../records/model_claim.ts";
import { withModelLock } from "../records/model_lock.ts";
import { placeShare } from "./place_share.ts";
import {
  isWeight,
  type MadeTexts,
  planShare,
  type SharePlan,
  type TextPlacement,
} from "./plan_share.ts";
import {
  type JournalEntry,
  readShareJournal,
  type ShareJournal,
  shareTemporary,
  writeShareJournal,
} from "./share_journal.ts";
import { lackingRecords, type ShareRecord } from "./share_records.ts";
import { isRecorded, listingOf, readSource } from "./share_source.ts";
import { shareTarget } from "./share_target.ts";
import { type VerifiedPlacement, verifyShare } from "./verify_share.ts";

/** A share, and what it works with. */
export interface ShareTask {
  readonly config: SubjectConfig;
  readonly request: ShareRequest;
  /** The copy whose data is shared. */
  readonly from: ModelPlace;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: WaitOptions["onProgress"];
}

/** What is to do, and what another run of it has noted. */
interface Work {
  readonly plan: SharePlan;
  readonly records: readonly ShareRecord[];
  readonly before: ShareJournal | undefined;
}

/**
 * Says what a share would do, and writes nothing: `SHARE-PLAN`.
 *
 * @throws {ModelError} as the share itself, except for what only reading all bytes shows
 */
export async function planModelShare(host: LockHost, task: ShareTask): Promise<ShareResult> {
  const { plan, records } = await workOf(host, task);
  return resultOf(plan, { isDone: isWhole(plan) && records.length === 0 });
}

/**
 * Makes a copy visible in another store, on the same data where the volume allows, or finishes what was interrupted: `SHARE-VISIBLE`,
 * `SHARE-ONCE`, `SHARE-CRASH`.
 *
 * All bytes are compared first. Then the journal says what will be made; then each file gets its place by one rename of what is whole, and
 * what shows that there is a model comes last. The copy that is shared is only read.
 *
 * @throws {ModelError} `integrity`, `access-denied` where the store has something else in a place, `unsupported` where weights would be
 * copied and may not
 */
export async function shareModel(host: LockHost, task: ShareTask): Promise<ShareResult> {
  const { request, from, signal } = task;
  const first = await workOf(host, task);
  assertMayCopy(first.plan, request);
  const { place } = first.plan.target;
  if (isOver(first) && !(await hasClaims(host, place))) {
    await tidy(host, place);
    return resultOf(first.plan, { isDone: true });
  }
  try {
    return await withModelLock(host, place.staging, {
      signal,
      purpose: "share",
      action: (claim) => carryOut(host, task, claim),
      after: () => tidy(host, place),
    });
  } catch (error) {
    throw diskError(error, `share "${from.directory}" with "${place.directory}"`);
  }
}

async function carryOut(host: LockHost, task: ShareTask, claim: ModelClaim): Promise<ShareResult> {
  const { request, config, signal } = task;
  const { repository, mayCopy = false } = request;
  const { root } = config;
  // A share that died may have left data under a second name that nobody asked for.
  await claim.removeHalfDone();
  const work = await workOf(host, task);
  const { plan, records } = work;
  const verified = await verifyShare(host.files, plan, {
    ...(signal && { signal }),
    ...(task.onProgress && { onProgress: task.onProgress }),
  });
  const claimed = { ...host, files: claim.files };
  const journal = journalOf(work, verified);
  const { directory } = claim;
  await writeShareJournal(claimed, root, { request, journal, directory });
  const ways = await placeShare(claimed, {
    claim,
    plan,
    verified,
    records,
    repository,
    mayCopy,
    signal,
  });
  const entries = journal.entries.map((entry) => withWay(entry, ways));
  const done = { ...journal, entries, isDone: true };
  await writeShareJournal(claimed, root, { request, journal: done, directory });
  await removeEmptyDirectories(host.files, shareTemporary(root), root);
  return resultOf(plan, { isDone: true, ways });
}

async function workOf({ files }: LockHost, task: ShareTask): Promise<Work> {
  const { config, request, from } = task;
  const { repository, into, layout } = request;
  const source = await readSource(files, from, repository);
  const target = shareTarget(config, request, source.commit);
  await assertNoLink(files, into, target.place.directory);
  if ((await lstatIfThere(files, into)) !== undefined)
    await assertExactCase(files, into, target.base);
  const before = await readShareJournal(files, config.root, request);
  const plan = await planShare(files, source, target, madeTexts(before));
  const listing = await listingPlacement(task, plan, files);
  const whole = { ...plan, refs: [...listing, ...plan.refs] };
  const records = await lackingRecords(files, plan, layout);
  return { plan: whole, records, before };
}

/** Texts that an earlier share has made: what it has put there it may change. */
function madeTexts(before: ShareJournal | undefined): MadeTexts {
  const made = before?.entries.filter(({ origin }) => origin === "made") ?? [];
  const isText = (text: string | undefined) => text !== undefined;
  return new Map(made.map(({ at, text, earlierText }) => [at, [text, earlierText].filter(isText)]));
}

/** The listing of the commit goes along from one cache to another: without it the official client knows less of the snapshot. */
async function listingPlacement(
  { from }: ShareTask,
  { target }: SharePlan,
  files: LockHost["files"],
): Promise<TextPlacement[]> {
  const path = target.place.cache && listingOf(from);
  const text = path && (await readSmallFile(files, path));
  if (path === undefined || text === undefined) return [];
  const at = `trees/${basename(path)}`;
  const isThere = (await lstatIfThere(files, join(target.base, at))) !== undefined;
  return [{ kind: "text", at, text, way: isThere ? "there" : "copy" }];
}

/** Whether every file has its place, as the volume can have it. */
function isWhole({ data, links, refs }: SharePlan): boolean {
  return [...data, ...links, ...refs].every(({ way }) => way === "there");
}

function isOver({ plan, records, before }: Work): boolean {
  return isWhole(plan) && records.length === 0 && before?.isDone !== false;
}

/** Nothing of the work on a place stays in the store. */
async function tidy({ files }: LockHost, { staging, root }: ModelPlace): Promise<void> {
  for (const path of [staging.work, staging.locks]) await removeEmptyDirectories(files, path, root);
}

/** Whether somebody works on the place, or has died while they did. */
async function hasClaims({ files }: LockHost, { staging }: ModelPlace): Promise<boolean> {
  for (const path of [staging.locks, staging.work])
    if ((await namesIn(files, path)).length > 0) return true;
  return false;
}

/** What an earlier run has made is still the share's, however it looks now. */
function journalOf(
  { plan, records, before }: Work,
  verified: readonly VerifiedPlacement[],
): ShareJournal {
  const { source, target } = plan;
  const earlier = new Map(before?.entries.map((entry) => [entry.at, entry]));
  const originOf = (at: string, way: ShareWay): JournalEntry["origin"] => {
    // What gives way without having been made is a duplicate.
    if (way === "replace") return earlier.get(at)?.origin === "made" ? "made" : "replaced";
    return way === "there" ? (earlier.get(at)?.origin ?? "there") : "made";
  };
  const entries: JournalEntry[] = [
    ...verified.map(({ placement: { at, way }, file: { path, digest } }): JournalEntry => {
      const made = earlier.get(at)?.way;
      return {
        kind: "data",
        at,
        origin: originOf(at, way),
        path,
        digest,
        ...(made && { way: made }),
      };
    }),
    ...[...plan.links, ...plan.refs].map(({ kind, at, text, way, earlierText }): JournalEntry => {
      const origin = originOf(at, way);
      return { kind, at, origin, text, ...(earlierText && { earlierText }) };
    }),
    ...records.map(({ at }): JournalEntry => ({ kind: "state", at, origin: "made" })),
  ];
  const named = new Set(entries.map(({ at }) => at));
  // Of an earlier commit the copy has nothing any more: that version is the store's own from now on.
  const kept =
    before?.commit === source.commit
      ? [...earlier.values()].filter(({ at }) => !named.has(at))
      : [];
  return {
    from: source.directory,
    to: target.place.directory,
    commit: source.commit,
    entries: [...entries, ...kept],
    isDone: false,
  };
}

/** How data came to its place, where this run brought it there. */
function withWay(entry: JournalEntry, ways: ReadonlyMap<string, ShareWay>): JournalEntry {
  const way = ways.get(entry.at);
  return way === undefined || way === "there" ? entry : { ...entry, way };
}

/** What takes room is not done without being asked for: a model may have forty gigabytes. */
function assertMayCopy({ data, target }: SharePlan, { mayCopy = false, repository }: ShareRequest) {
  const copied = data.filter(({ way, source }) => way === "copy" && isWeight(source.path));
  const bytes = copied.reduce((sum, { source }) => sum + source.sizeBytes, 0);
  if (mayCopy || copied.length === 0) return;
  throw new ModelError(
    "unsupported",
    `Cannot share "${repository}" with "${dirname(target.base)}" without copying ${bytes} bytes: it is on another volume; run the command again with --copy`,
  );
}

function resultOf(
  { source, target, files, bytesTaken, bytesFreed, data, ownRefs }: SharePlan,
  { isDone, ways }: { readonly isDone: boolean; readonly ways?: ReadonlyMap<string, ShareWay> },
): ShareResult {
  const byPath = new Map(data.map(({ at, source: { path } }) => [path, ways?.get(at)]));
  return {
    from: source.directory,
    to: target.place.directory,
    files: files.map((file) => ({ ...file, way: byPath.get(file.path) ?? file.way })),
    bytesTaken,
    bytesFreed,
    leftBehind: ownRefs,
    isRecorded: isRecorded(source),
    isDone,
  };
}
