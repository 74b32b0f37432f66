import { dirname, join } from "node:path";
import type { FileSystem, Random } from "../../spec/mod.ts";
import { makeDirectories, removeEmptyDirectories } from "../disk/directories.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { temporaryName, unlinkIfThere } from "../disk/small_file.ts";
import { ModelError } from "../errors.ts";

/** Options of {@linkcode assertNoNameConflicts}. */
export interface NameConflictOptions {
  /** Absolute path of the root: nothing above it is touched. */
  readonly root: string;
  /** Directory that the paths are relative to; it need not exist yet. */
  readonly directory: string;
  readonly random: Random;
}

/**
 * Refuses paths that cannot stand beside each other: a file where another path needs a directory
 * (`LAYOUT-FILE`), and names that the volume does not distinguish (`LAYOUT-CASE-TWINS`).
 *
 * Whether a volume distinguishes two names is found out on the volume itself, with an empty file that is removed at
 * once, and only when there are such names.
 *
 * @throws {ModelError} `unsafe-path` or `case-conflict`
 */
export async function assertNoNameConflicts(
  files: FileSystem,
  paths: readonly string[],
  options: NameConflictOptions,
): Promise<void> {
  const tree: NameTree = { names: new Map(), sample: "" };
  const twins: Twins[] = [];
  for (const path of paths) {
    twins.push(...placeInTree(tree, path));
    if (twins.length > TWINS_MAX) throw tooManyTwins();
  }
  for (const { path, index, first } of twins) {
    const components = path.split("/").slice(0, index + 1);
    const name = components.join("/");
    const other = components.with(index, first).join("/");
    if (!(await isOneName(files, other, { ...options, other: name }))) continue;
    throw new ModelError(
      "case-conflict",
      `Cannot place "${other}" and "${name}" on this volume: it does not distinguish these names; use a root on a case-sensitive volume`,
      { file: other, actual: name },
    );
  }
}

/** Each pair costs a file on the disk; no repository has more than a few. */
const TWINS_MAX = 1_000;

function tooManyTwins(): ModelError {
  return new ModelError(
    "limit-exceeded",
    `Cannot place the listed files: more than ${TWINS_MAX} of their names differ only in case or normalization; do not trust this repository or hub`,
  );
}

/** A name of a path, and the one beside it that some volumes do not distinguish from it. */
interface Twins {
  readonly path: string;
  /** Which component of the path it is. */
  readonly index: number;
  readonly first: string;
}

/** Names that stand beside each other, by what a volume may make of them. */
interface NameTree {
  readonly names: Map<string, NameBranch>;
  /** The first path that led here. */
  readonly sample: string;
  /** The path of the file that has this place, if one has. */
  file?: string;
}

interface NameBranch {
  /** The first name that was folded to this. */
  readonly first: string;
  /** What stands below each spelling; in the end it is one directory or two. */
  readonly below: Map<string, NameTree>;
}

/**
 * Adds a path, in time that grows with its length.
 *
 * @returns the pairs of names of which the volume must be asked whether they are one
 * @throws {ModelError} `unsafe-path` where a file and a directory want one name: `LAYOUT-FILE`
 */
function placeInTree(tree: NameTree, path: string): Twins[] {
  const twins: Twins[] = [];
  const components = path.split("/");
  let at = tree;
  components.forEach((component, index) => {
    if (at.file !== undefined) throw fileAsDirectory(path, at.file);
    const key = foldName(component);
    const branch = at.names.get(key) ?? { first: component, below: new Map<string, NameTree>() };
    at.names.set(key, branch);
    const known = branch.below.get(component);
    if (known === undefined && branch.first !== component)
      twins.push({ path, index, first: branch.first });
    const next = known ?? { names: new Map(), sample: path };
    branch.below.set(component, next);
    at = next;
  });
  if (at.names.size > 0) throw fileAsDirectory(at.sample, path);
  at.file = path;
  return twins;
}

function fileAsDirectory(path: string, above: string): ModelError {
  return new ModelError(
    "unsafe-path",
    `Cannot place "${path}": "${above}" is listed as a file; do not trust this repository or hub`,
    { file: path },
  );
}

/** Equal for two names that some common kind of volume does not distinguish. */
export function foldName(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

async function isOneName(
  files: FileSystem,
  name: string,
  options: NameConflictOptions & { readonly other: string },
): Promise<boolean> {
  const [one, two] = firstDifference(name, options.other);
  // A volume can only be asked where files may be written, so an absent root is made for the question.
  const made = await makeDirectories(files, options.root);
  const directory = await nearestDirectory(files, options.directory);
  // The names as they are, which a directory of their own keeps apart from what is there.
  const place = join(directory, `.${temporaryName(options.random)}`);
  try {
    await files.mkdir(place);
    const file = await files.open(join(place, one), "wx");
    await file.close();
    return (await lstatIfThere(files, join(place, two))) !== undefined;
  } finally {
    await unlinkIfThere(files, join(place, one));
    await removeEmptyDirectories(files, place, directory);
    await removeMade(files, options.root, made);
  }
}

/** Removes the directories that were made for the question, unless something is in them by now. */
async function removeMade(files: FileSystem, root: string, made: number): Promise<void> {
  let stop = root;
  for (let level = 0; level < made; level++) stop = dirname(stop);
  await removeEmptyDirectories(files, root, stop);
}

function firstDifference(one: string, two: string): [string, string] {
  const others = two.split("/");
  const components = one.split("/");
  const at = components.findIndex((component, index) => component !== others[index]);
  return [components[at] ?? one, others[at] ?? two];
}

async function nearestDirectory(files: FileSystem, directory: string): Promise<string> {
  let at = directory;
  while ((await lstatIfThere(files, at)) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}
