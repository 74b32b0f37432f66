/**
 * Which places say who runs what is changed while the modules are loaded.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

/**
 * What stands for a place that is run once, while the modules are loaded: the other places of its file, or of the files in its
 * folder where the file has none.
 */
export function placesAround(
  places: ReadonlyMap<string, readonly string[]>,
  { file }: Pick<Mutant, "file">,
  atLoad: ReadonlySet<string>,
): ReadonlySet<string> {
  const later = (ids: readonly string[]) => ids.filter((id) => !atLoad.has(id));
  const own = later(places.get(file) ?? []);
  if (own.length > 0) return new Set(own);
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const near = [...places].filter(([path]) => path.startsWith(folder));
  return new Set(near.flatMap(([, ids]) => later(ids)));
}

/** The mutants' own places, by file. */
export function placesOf(mutants: readonly Mutant[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    mutants.map(({ file }) => [
      file,
      mutants.filter((one) => one.file === file).map(({ id }) => id),
    ]),
  );
}
