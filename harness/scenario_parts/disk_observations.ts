import {
  DEFAULT_PATTERNS,
  type FileSystem,
  fnmatch,
  MARKER_NAME,
  METADATA_DIRECTORY,
} from "../../spec/mod.ts";
import { exists, readBytes, readTree, type TreeEntry } from "../disk/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import type { World } from "../worlds/world.ts";
import { filePlace, stateDirectory } from "./places.ts";

/**
 * Bytes of wanted files that lie on the disk, whole or as a beginning, wherever an implementation keeps them.
 */
export async function keptBytes(
  world: Pick<World, "files">,
  directory: string,
  wanted: readonly ModelFile[],
): Promise<number> {
  const state = stateDirectory(directory);
  const most = new Map<string, number>();
  for (const { path, kind, sizeBytes } of await readTree(world.files, state)) {
    if (kind !== "file" || sizeBytes === 0) continue;
    const bytes = Buffer.from(await readBytes(world.files, filePlace(state, path)));
    const of = wanted.find((file) => bytes.equals(file.bytes.subarray(0, bytes.length)));
    if (of !== undefined) most.set(of.path, Math.max(most.get(of.path) ?? 0, bytes.length));
  }
  return [...most.values()].reduce((sum, size) => sum + size, 0);
}

/** Fewest equal bytes by which a file counts as the beginning of a content: fewer may be a coincidence. */
const LIKENESS_BYTES_MIN = 32;

/** What lies of one content in files that are at no final path. */
export interface KeptPart {
  /** How many of its first bytes are there. */
  readonly sizeBytes: number;
  /** Whether other bytes follow them; zeros do not count, as they may be room that was taken ahead. */
  readonly isSpliced: boolean;
}

/**
 * What is kept of each content below a directory, by repository path, wherever and under whatever name it lies.
 *
 * @param wanted the contents; a file at the place of one of them is published and not kept
 */
export async function keptParts(
  world: Pick<World, "files">,
  directory: string,
  wanted: readonly ModelFile[],
): Promise<ReadonlyMap<string, KeptPart>> {
  const state = stateDirectory(directory);
  const parts = new Map<string, KeptPart>();
  const finals = new Set(wanted.map(({ path }) => path));
  for (const { path, kind, sizeBytes } of await readTree(world.files, state)) {
    if (kind !== "file" || finals.has(path) || sizeBytes < LIKENESS_BYTES_MIN) continue;
    const bytes = await readBytes(world.files, filePlace(state, path));
    const alike = wanted.map((file) => ({
      path: file.path,
      sizeBytes: likeness(bytes, file.bytes),
    }));
    const [best] = alike.toSorted((one, two) => two.sizeBytes - one.sizeBytes);
    if (best === undefined || best.sizeBytes < LIKENESS_BYTES_MIN) continue;
    const isSpliced = bytes.subarray(best.sizeBytes).some((byte) => byte !== 0);
    parts.set(best.path, { sizeBytes: best.sizeBytes, isSpliced });
  }
  return parts;
}

function likeness(one: Uint8Array, two: Uint8Array): number {
  const limit = Math.min(one.length, two.length);
  let at = 0;
  while (at < limit && one[at] === two[at]) at++;
  return at;
}

/** Whether a file only tells other tools what to make of a directory. */
export function isMark(path: string): boolean {
  return /(?:^|\/)(?:\.gitignore|CACHEDIR\.TAG)$/.test(path);
}

/** What clients keep beside a model for good: facts about its files, and marks for other tools. */
const BOOKKEEPING =
  /\.metadata$|(?:^|\/)(?:trees|refs|snapshots|\.no_exist)\/|(?:^|\/)blobs\/[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * Files that a finished download has left over: parts, temporary files and locks, in whatever layout.
 *
 * @param files everything that the repository has
 */
export async function leftovers(
  world: Pick<World, "files">,
  directory: string,
  files: readonly ModelFile[],
): Promise<string[]> {
  const known = new Set([MARKER_NAME, ...files.map(({ path }) => path)]);
  return (await readTree(world.files, stateDirectory(directory)))
    .filter(
      ({ kind, path }) =>
        kind !== "directory" && !known.has(path) && !isMark(path) && !BOOKKEEPING.test(path),
    )
    .map(({ path }) => path);
}

/**
 * The first file in a flat directory that is neither the model's, nor its metadata, nor its marker.
 *
 * @param listed the paths that the repository has: a whole snapshot leaves nothing over
 */
export function strayFile(
  tree: readonly TreeEntry[],
  listed: readonly string[],
): TreeEntry | undefined {
  const known = new Set([
    MARKER_NAME,
    ...listed.flatMap((path) => [path, `${METADATA_DIRECTORY}/${path}.metadata`]),
  ]);
  return tree.find(({ kind, path }) => kind !== "directory" && !known.has(path));
}

/**
 * What is wrong with files that must be in a directory: absent, or of other bytes.
 *
 * @returns a line for each wrong file; none when all are right
 */
export async function wrongFiles(
  world: Pick<World, "files">,
  directory: string,
  files: readonly ModelFile[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { path, bytes } of files) {
    const place = filePlace(directory, path);
    if (!(await exists(world.files, place))) wrong.push(`${path} is not there`);
    else if ((await world.files.stat(place)).kind !== "file") wrong.push(`${path} is no file`);
    else if (!Buffer.from(await readBytes(world.files, place)).equals(bytes))
      wrong.push(`${path} has other bytes`);
  }
  return wrong;
}

/** The files that a request without patterns of its own must bring. */
export function wantedFiles(
  files: readonly ModelFile[],
  patterns: readonly string[] = DEFAULT_PATTERNS,
): ModelFile[] {
  return files.filter(({ path }) => patterns.some((pattern) => fnmatch(pattern, path)));
}

/** Bytes of all files below a directory; 0 when it is absent. */
export async function sizeOnDisk(files: FileSystem, directory: string): Promise<number> {
  const tree = await readTree(files, directory);
  return tree.reduce((sum, { kind, sizeBytes }) => sum + (kind === "file" ? sizeBytes : 0), 0);
}
