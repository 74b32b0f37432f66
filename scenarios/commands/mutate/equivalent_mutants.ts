/**
 * The reviewed list of mutants that change nothing of which a requirement speaks: one file of `equivalent_mutants/` for each part of `src`.
 *
 * @module
 */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mutant } from "./mutant.ts";

/** Where the list is, in a project. */
const DIRECTORY = "scenarios/commands/mutate/equivalent_mutants";
/** A text that ends so stands for all that begin like it. */
const CUT = "…";

/**
 * Mutants that change nothing of which a requirement speaks, and why.
 *
 * They are known by what stands at their place and not by its line number, so that they are found again when the file has changed
 * elsewhere. White space counts as one space, and a text that ends in `…` stands for all that begin like it.
 */
export interface EquivalentMutant {
  /** Path of the file, below `src/`. */
  readonly file: string;
  /** The line of the source in which the mutant begins. */
  readonly line: string;
  /** What is replaced. */
  readonly original: string;
  /** By what; one of several where the reason is the same. */
  readonly replacement: string | readonly string[];
  /** Why no requirement can tell the two apart. */
  readonly reason: string;
}

/** Reads the list of a project. */
export async function readEquivalentMutants(project: string): Promise<EquivalentMutant[]> {
  const directory = join(project, DIRECTORY);
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json")).toSorted();
  const lists = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), "utf8");
      return JSON.parse(text) as EquivalentMutant[];
    }),
  );
  return lists.flat();
}

/** The entry of a list that a mutant matches. */
export function equivalentEntry(
  list: readonly EquivalentMutant[],
  { file, text, original, replacement }: Mutant,
): EquivalentMutant | undefined {
  return list.find(
    (entry) =>
      entry.file === file &&
      isText(entry.line, text) &&
      isText(entry.original, original) &&
      [entry.replacement].flat().some((one) => isText(one, replacement)),
  );
}

/** Entries, or one replacement of an entry, that match no mutant: the source has changed since. */
export function staleEntries(
  list: readonly EquivalentMutant[],
  mutants: readonly Mutant[],
): EquivalentMutant[] {
  return list
    .flatMap((entry) =>
      [entry.replacement].flat().map((replacement) => Object.assign({ ...entry }, { replacement })),
    )
    .filter((entry) => !mutants.some((mutant) => equivalentEntry([entry], mutant) !== undefined));
}

function isText(expected: string, actual: string): boolean {
  const [one, other] = [flat(expected), flat(actual)];
  return one.endsWith(CUT) ? other.startsWith(one.slice(0, -CUT.length)) : one === other;
}

function flat(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}
