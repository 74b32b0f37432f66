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
  assertNoFileAsDirectory(paths);
  const firstByKey = new Map<string, string>();
  for (const name of paths.flatMap(prefixesOf)) {
    const key = foldName(name);
    const first = firstByKey.get(key);
    if (first === undefined) firstByKey.set(key, name);
    else if (first !== name && (await isOneName(files, first, { ...options, other: name }))) {
      throw new ModelError(
        "case-conflict",
        `Cannot place "${first}" and "${name}" on this volume: it does not distinguish these names; use a root on a case-sensitive volume`,
        { file: first, actual: name },
      );
    }
  }
}

function assertNoFileAsDirectory(paths: readonly string[]): void {
  const all = new Set(paths);
  for (const path of paths) {
    const above = prefixesOf(path).find((prefix) => prefix !== path && all.has(prefix));
    if (above === undefined) continue;
    throw new ModelError(
      "unsafe-path",
      `Cannot place "${path}": "${above}" is listed as a file; do not trust this repository or hub`,
      { file: path },
    );
  }
}

/** `a/b/c` gives `a`, `a/b` and `a/b/c`. */
function prefixesOf(path: string): string[] {
  const components = path.split("/");
  return components.map((_, at) => components.slice(0, at + 1).join("/"));
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
  // Cut so that the probe's own prefix never makes the name too long for the volume.
  const probe = (component: string) => join(directory, `.${tag}${component.slice(0, 60)}`);
  const tag = temporaryName(options.random);
  try {
    const file = await files.open(probe(one), "wx");
    await file.close();
    return (await lstatIfThere(files, probe(two))) !== undefined;
  } finally {
    await unlinkIfThere(files, probe(one));
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
