import { createHash } from "node:crypto";
import { isAbsolute, join, relative } from "node:path";
import {
  type Digest,
  type FileSystem,
  MARKER_NAME,
  METADATA_DIRECTORY,
  type Random,
  type ShareWay,
} from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { readSmallFile, unlinkIfThere, writeSmallFile } from "../disk/small_file.ts";
import { namesIn } from "../disk/walk.ts";
import { modelIdOf } from "../layout/model_id.ts";
import { placeAt, type Staging } from "../layout/model_place.ts";
import { assertSafePath } from "../layout/safe_path.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";
import { isInside } from "../migrate/migration_journal.ts";
import type { TargetRequest } from "./share_target.ts";

const FORMAT = "mlx-layout-share/1";
/** Hidden, so that no listing mistakes it for a model. */
const DIRECTORY = ".mlx-layout";

/**
 * What became of a place: made by the share, a duplicate that gave way, or the store's own. `state` is what the implementation writes
 * for itself and the hub's clients, whose text may change.
 */
export type EntryOrigin = "made" | "replaced" | "there";

/** One place of the store, as the journal has it. */
export interface JournalEntry {
  readonly kind: "data" | "link" | "text" | "state";
  /** Relative to the base, with `/`. */
  readonly at: string;
  readonly origin: EntryOrigin;
  /** Of data: its path in the copy that is shared. */
  readonly path?: string;
  /** Of data, where it is recorded. */
  readonly digest?: Digest;
  /** Of data that the share made: how. */
  readonly way?: ShareWay;
  /** Of links and texts. */
  readonly text?: string;
  /** Of a text that replaces one of an earlier share: that one. */
  readonly earlierText?: string;
}

/** Who owns the data, who has it too, and what was made for that: enough to finish it, and to undo it. */
export interface ShareJournal {
  /** Absolute path of the copy that owns the data. */
  readonly from: string;
  /** Absolute path of the model's directory in the store. */
  readonly to: string;
  readonly commit: string;
  readonly entries: readonly JournalEntry[];
  readonly isDone: boolean;
}

/** Where the journal of a share lies: below the root, so that no other tool meets it. */
export function shareJournalPath(root: string, request: TargetRequest): string {
  const { repository, into, layout } = request;
  const store = createHash("sha256")
    .update(`${layout}\0${portable(root, into)}`)
    .digest("hex");
  const name = `${modelIdOf(repository)}.${store.slice(0, 16)}.json`;
  return join(root, DIRECTORY, "shares", name);
}

/** Where those who undo shares of a repository wait for each other. */
export function shareQueue(root: string, repository: string): Staging {
  return placeAt(root, join(root, DIRECTORY, "undoing", modelIdOf(repository))).staging;
}

/** Where small files are made when the store lies on another volume. */
export function shareTemporary(root: string): string {
  return join(root, DIRECTORY, "tmp");
}

/** Reads a journal; undefined when there is none, or none that can be followed. */
export async function readShareJournal(
  files: FileSystem,
  root: string,
  request: TargetRequest,
): Promise<ShareJournal | undefined> {
  const text = await readSmallFile(files, shareJournalPath(root, request));
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch {
    // It is written in one step, so whatever this is, no share of ours wrote it.
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { format, from, to, commit, entries, isDone } = value as Record<string, unknown>;
  const isRight =
    format === FORMAT &&
    typeof from === "string" &&
    typeof to === "string" &&
    typeof commit === "string" &&
    typeof isDone === "boolean" &&
    Array.isArray(entries) &&
    entries.every(isEntry);
  if (!isRight) return undefined;
  return { from: placed(root, from), to: placed(root, to), commit, entries, isDone };
}

/**
 * Writes a journal, old or new and never torn; paths under the root are relative: `LAYOUT-RELATIVE`.
 *
 * @param entry `directory`: that of the claim, out of which the journal is renamed, so that a claim that is lost writes none
 */
export async function writeShareJournal(
  host: { readonly files: FileSystem; readonly random: Random },
  root: string,
  entry: {
    readonly request: TargetRequest;
    readonly journal: ShareJournal;
    readonly directory: string;
  },
): Promise<void> {
  const { from, to, ...rest } = entry.journal;
  const value = {
    format: FORMAT,
    repository: entry.request.repository,
    from: portable(root, from),
    to: portable(root, to),
    ...rest,
  };
  const path = shareJournalPath(root, entry.request);
  const text = `${JSON.stringify(value, undefined, 1)}\n`;
  const { files, random } = host;
  try {
    await writeSmallFile(files, path, { text, temporaryDirectory: entry.directory, random });
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    // The store is on another volume than the root.
    const temporaryDirectory = shareTemporary(root);
    await writeSmallFile(files, path, { text, temporaryDirectory, random });
  }
}

/** Drops the journals of shares of which one side was removed: what was made for them is nobody's now, or the only copy. */
export async function forgetShares(
  files: FileSystem,
  root: string,
  removed: string,
): Promise<void> {
  const directory = join(root, DIRECTORY, "shares");
  const isGone = (path: unknown) =>
    typeof path === "string" &&
    (placed(root, path) === removed || isInside(removed, placed(root, path)));
  for (const name of await namesIn(files, directory)) {
    const path = join(directory, name);
    const text = name.endsWith(".json") ? await readSmallFile(files, path) : undefined;
    const sides = text === undefined ? undefined : sidesOf(text);
    if (sides?.some(isGone) === true) await unlinkIfThere(files, path);
  }
  await removeEmptyDirectories(files, directory, root);
}

function sidesOf(text: string): readonly unknown[] | undefined {
  try {
    const value = parseJsonText(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { from, to } = value as Record<string, unknown>;
    return [from, to];
  } catch {
    // No share of ours wrote it.
    return undefined;
  }
}

function placed(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

function portable(root: string, path: string): string {
  return path === root || isInside(root, path) ? relative(root, path) : path;
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const { kind, at, origin, path, digest, way, text, earlierText } = value as Record<
    string,
    unknown
  >;
  const isText = (one: unknown) => one === undefined || typeof one === "string";
  return (
    ["data", "link", "text", "state"].includes(String(kind)) &&
    ["made", "replaced", "there"].includes(String(origin)) &&
    isText(digest) &&
    isText(way) &&
    isText(text) &&
    isText(earlierText) &&
    (kind !== "data" || isSafe(path)) &&
    isSafe(at, kind === "state")
  );
}

/** A path that leads out of the directory is not followed, no matter who wrote it. */
function isSafe(path: unknown, isState = false): boolean {
  if (typeof path !== "string") return false;
  // The state of downloaders has names of its own, which no repository may have.
  const own = [MARKER_NAME, `${METADATA_DIRECTORY}/`].find((start) => path.startsWith(start));
  try {
    assertSafePath(isState && own !== undefined ? `x${path.slice(own.length)}` : path);
    return true;
  } catch {
    return false;
  }
}
