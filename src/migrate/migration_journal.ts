import { parseJsonText } from "../limits/parse_json_text.ts";
import { isAbsolute, join, relative, sep } from "node:path";
import type { FileSystem, Random } from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { readSmallFile, writeSmallFile } from "../disk/small_file.ts";
import { assertMovable } from "./movable_path.ts";
import { ModelError } from "../errors.ts";
import { modelIdOf } from "../layout/model_id.ts";

const FORMAT = "mlx-layout-migration/1";
/** Hidden, so that no listing mistakes it for a model. */
const DIRECTORY = ".mlx-layout";

/** What a migration wrote down before it moved anything: enough to finish it, and to undo it. */
export interface MigrationJournal {
  /** Absolute path. */
  readonly from: string;
  /** Absolute path. */
  readonly to: string;
  /** Paths relative to either directory, with `/`, in the order in which they come. */
  readonly files: readonly string[];
  readonly isDone: boolean;
}

/** Where the journal of a repository's migration lies. */
export function journalPath(root: string, repository: string): string {
  return join(root, DIRECTORY, "migrations", `${modelIdOf(repository)}.json`);
}

/** Where small files of migrations are made. */
export function journalTemporary(root: string): string {
  return join(root, DIRECTORY, "tmp");
}

/** Reads a journal; undefined when there is none, or none that can be followed. */
export async function readJournal(
  files: FileSystem,
  root: string,
  repository: string,
): Promise<MigrationJournal | undefined> {
  const text = await readSmallFile(files, journalPath(root, repository));
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch {
    // It is written in one step, so whatever this is, no migration of ours wrote it.
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { format, from, to, files: paths, isDone } = value as Record<string, unknown>;
  const isRight =
    format === FORMAT &&
    typeof from === "string" &&
    typeof to === "string" &&
    typeof isDone === "boolean" &&
    Array.isArray(paths) &&
    paths.every(isSafe);
  if (!isRight) return undefined;
  return { from: placed(root, from), to: placed(root, to), files: paths as string[], isDone };
}

/**
 * Writes a journal, old or new and never torn; paths under the root are relative: `LAYOUT-RELATIVE`.
 *
 * @param entry `directory`: that of the claim, out of which the journal is renamed, so that a claim that is lost writes none
 */
export async function writeJournal(
  host: { readonly files: FileSystem; readonly random: Random },
  root: string,
  entry: {
    readonly repository: string;
    readonly journal: MigrationJournal;
    readonly directory: string;
  },
): Promise<void> {
  const { from, to, files, isDone } = entry.journal;
  const value = {
    format: FORMAT,
    from: portable(root, from),
    to: portable(root, to),
    files,
    isDone,
  };
  const path = journalPath(root, entry.repository);
  const text = `${JSON.stringify(value, undefined, 1)}\n`;
  const { files: disk, random } = host;
  try {
    await writeSmallFile(disk, path, { text, temporaryDirectory: entry.directory, random });
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
    // The model's place is on a volume of its own.
    const temporaryDirectory = journalTemporary(root);
    await writeSmallFile(disk, path, { text, temporaryDirectory, random });
  }
}

/**
 * Refuses a journal that names a directory which is not of this model: a root may have come with it, and what it says is not
 * what the user asked for: `MIGRATE-JOURNAL`.
 *
 * The new place must be one of this repository's. The old one too, unless the caller names it.
 *
 * @throws {ModelError} `unsafe-path`
 */
export function assertFollowable(
  root: string,
  journal: MigrationJournal,
  request: {
    readonly repository: string;
    readonly from: string;
    readonly to: string;
    readonly places?: readonly string[];
    readonly isNamed?: boolean;
  },
): void {
  const { from, to, places = [] } = request;
  const isOwn = (directory: string) =>
    isInside(root, directory) && [from, to, ...places].includes(directory);
  const isNamed = request.isNamed === true && journal.from === from;
  if (isOwn(journal.to) && (isOwn(journal.from) || isNamed)) return;
  const wrong = isOwn(journal.to) ? journal.from : journal.to;
  throw new ModelError(
    "unsafe-path",
    `Cannot follow the journal "${journalPath(root, request.repository)}": it names "${wrong}"; name that directory with --from if you began this migration, else remove the journal`,
  );
}

/** Whether a directory lies under the root. */
export function isInside(root: string, directory: string): boolean {
  const way = relative(root, directory);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function placed(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

function portable(root: string, path: string): string {
  return isInside(root, path) ? relative(root, path) : path;
}

function isSafe(path: unknown): boolean {
  if (typeof path !== "string") return false;
  try {
    assertMovable(path);
    return true;
  } catch {
    // A path that leads out of the directory is not followed, no matter who wrote it.
    return false;
  }
}
