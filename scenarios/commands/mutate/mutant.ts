/**
 * Mutants of the source, and what becomes of them.
 *
 * @module
 */

/** A small change of one place in the source, and which part of the source it is in. */
export interface Mutant {
  /** By which the instrumented source knows it. */
  readonly id: string;
  /** Path of the file, below `src/`. */
  readonly file: string;
  readonly line: number;
  /** The line of the source in which it begins. */
  readonly text: string;
  /** What kind of change it is, as StrykerJS names it. */
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
}

/** What became of a mutant. */
export type MutantEnd =
  /** A scenario found a broken requirement. */
  | "killed"
  /** A scenario ended otherwise than green, and blamed no requirement. */
  | "unblamed"
  /** It ran without an end. */
  | "timeout"
  /** Only unit tests noticed it. */
  | "unit"
  /** Nothing noticed it. */
  | "survived"
  /** No scenario runs the place. */
  | "unreached"
  /** It stands in the list of those that change nothing of which a requirement speaks. */
  | "equivalent";

/** What became of a mutant, and who noticed it. */
export interface JudgedMutant extends Mutant {
  readonly end: MutantEnd;
  /** The scenario, or the test file, that noticed it. */
  readonly by?: string;
  /** The requirement that was blamed. */
  readonly requirement?: string;
  /** Why it is equivalent. */
  readonly reason?: string;
  /** Runs of scenarios for which the time was over; a survivor with some was not judged whole. */
  readonly untried?: number;
  /** In how many cases in memory it gives another value than the unchanged source; of survivors whose values are compared. */
  readonly differs?: number;
  readonly durationMs: number;
}

/** By which a mutant is found again in a source that has changed elsewhere. */
export function placeOf({ file, text, original, replacement }: Mutant): string {
  return JSON.stringify([file, text, original, replacement]);
}

/** The part of the source that a mutant is in: the first folder, or `mod` for the files beside them. */
export function areaOf({ file }: Pick<Mutant, "file">): string {
  const [first = "", ...rest] = file.split("/");
  return rest.length === 0 ? "mod" : first;
}
