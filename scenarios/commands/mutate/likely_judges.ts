/**
 * Which scenarios are asked first about a mutant.
 *
 * @module
 */

import { areaOf, type Mutant } from "./mutant.ts";
import type { NoticedBy } from "./noticed_by.ts";

/** A mutant that was noticed in the same file counts as so many beside it. */
const FILE_WEIGHT = 1_000;
/** A scenario whose name has a word of the file's counts as one that noticed so many mutants beside it: few have. */
const NAME_WEIGHT = 50;
/** Words that half of the files have in their names. */
const COMMON_WORDS: ReadonlySet<string> = new Set([
  ..."check download file files judge load model models parse read".split(" "),
]);
/** `shard` and `shards`, `tokens` and `tokenizer` count as one word. */
const WORD_LETTERS = 5;
/** A scenario of the same part counts as one that noticed so many mutants beside it. */
const PART_WEIGHT = 1;
/** Scenarios whose folder has another name than the part that they judge most. */
const PARTS: Readonly<Record<string, string>> = {
  concurrency: "records",
  crash: "disk",
  interop: "migrate",
};

/** Remembers what noticed mutants: it often notices the next one in the same file, or beside it. */
export class LikelyJudges {
  readonly #noticed: { readonly file: string; readonly scenario: string }[] = [];

  /** @param known what noticed mutants of a file in earlier runs, by its path */
  constructor(known: NoticedBy = {}) {
    for (const [file, scenarios] of Object.entries(known))
      for (const scenario of scenarios) this.note({ file }, scenario);
  }

  /** Remembers that a scenario noticed a mutant. */
  note({ file }: Pick<Mutant, "file">, scenario: string | undefined): void {
    if (scenario !== undefined) this.#noticed.push({ file, scenario });
  }

  /** The same scenarios, the likeliest first; those of equal weight stay in their order. */
  first<T extends { readonly scenario: string }>(
    { file }: Pick<Mutant, "file">,
    covering: readonly T[],
  ): readonly T[] {
    const folder = folderOf(file);
    const weights = new Map<string, number>();
    for (const { file: other, scenario } of this.#noticed) {
      const weight = other === file ? FILE_WEIGHT : Number(folderOf(other) === folder);
      weights.set(scenario, (weights.get(scenario) ?? 0) + weight);
    }
    const words = wordsOf(file);
    const weightOf = ({ scenario }: T) => {
      const [part = ""] = scenario.split("/");
      const isOfPart = (PARTS[part] ?? part) === areaOf({ file });
      const hasWord = [...wordsOf(scenario)].some((word) => words.has(word));
      const own = weights.get(scenario) ?? 0;
      return own + (hasWord ? NAME_WEIGHT : 0) + (isOfPart ? PART_WEIGHT : 0);
    };
    return covering.toSorted((one, two) => weightOf(two) - weightOf(one));
  }
}

/** The words behind the first folder, cut short. */
function wordsOf(path: string): ReadonlySet<string> {
  const words = path.split("/").slice(1).join("_").split(/[_.]/);
  const telling = words.filter((word) => word.length > 3 && !COMMON_WORDS.has(word));
  return new Set(telling.map((word) => word.slice(0, WORD_LETTERS)));
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}
