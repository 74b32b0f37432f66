/**
 * Runtimes differ about a model, or none has its type, and the report of a check says of each whether it loads it.
 *
 * Invariants checked:
 * - The verdict about a version of a runtime is what its source says that it does.
 * - The ranges of a runtime follow each other, and a verdict says why exactly where it is no.
 * - Of a type that no runtime has no verdict is yes, and the type is named.
 */
import fc from "fast-check";
import type { RuntimeVerdict } from "../../../spec/mod.ts";
import { placeModel } from "../../../harness/internal.ts";
import { scenario, type TinyModel, type Verdict, type World } from "../../../harness/mod.ts";
import {
  answerFor,
  anyUnknownType,
  anyVerdictModel,
  compareVersions,
  UNKNOWN_TYPE,
  VERDICT_CASES,
} from "./verdict_cases.ts";

const NAMES = Object.keys(VERDICT_CASES);
/** So many cases of one model are tried at once: making and opening it takes longer than a case. */
const CASES = 8;

export const runtimeVerdicts = scenario({
  name: "load/runtime_verdicts",
  pieceBytes: [8192],
  covers: ["LOAD-VERDICT", "LOAD-TYPE"],
  given: {
    model: anyVerdictModel,
    type: anyUnknownType,
    name: fc.oneof(fc.constantFrom(...NAMES), fc.constant(UNKNOWN_TYPE)),
    others: fc.uniqueArray(fc.constantFrom(...NAMES), {
      minLength: CASES - 1,
      maxLength: CASES - 1,
    }),
  },
  goals: ["runtimes differed", "nobody had the type"],
  async check({ model, type, name, others }, world, verdict) {
    for (const [at, one] of [...new Set([name, ...others])].entries()) {
      const repository = `mlx-community/Verdicts-${at + 1}bit`;
      await judgeCase({ repository, model, type, name: one }, world, verdict);
    }
  },
});

interface Case {
  readonly repository: string;
  readonly model: TinyModel;
  readonly type: string;
  readonly name: string;
}

async function judgeCase(given: Case, world: World, verdict: Verdict): Promise<void> {
  const { repository, model, type, name } = given;
  const { apply, expected } = VERDICT_CASES[name] ?? {};
  if (apply === undefined || expected === undefined) return;
  await placeModel(world, apply(model, type), { repository, isDownloaded: false });
  const report = await verdict.attempt("LOAD-VERDICT", () => world.start().check({ repository }));
  const { runtimes, findings } = report;
  if (runtimes === undefined) {
    for (const id of ["LOAD-VERDICT", "LOAD-TYPE"] as const)
      verdict.skip(id, "its reports name no runtimes");
    return;
  }
  const odd = oddRange(runtimes);
  verdict.holds("LOAD-VERDICT", odd === undefined, () => `${odd} (${name})`);
  if (name === UNKNOWN_TYPE) {
    const yes = runtimes.find(({ loads }) => loads);
    const isNo = yes === undefined;
    verdict.holds("LOAD-TYPE", isNo, `${yes?.runtime} ${yes?.from} is said to load "${type}"`);
    const words = [...runtimes.flatMap(({ why }) => why), ...findings.map(({ detail }) => detail)];
    const isNamed = words.some((text) => text.includes(type));
    verdict.holds("LOAD-TYPE", isNamed, `nothing names the type "${type}"`);
    verdict.reached("nobody had the type");
    return;
  }
  const wanted = typeof expected === "function" ? expected(model) : expected;
  for (const [asked, loads] of Object.entries(wanted)) {
    const [runtime = "", version = ""] = asked.split(" ");
    const said = answerFor(runtimes, runtime, version);
    if (said === undefined) continue;
    verdict.holds("LOAD-VERDICT", said === loads, () => {
      const blamed = findings.find(({ level }) => level === "error")?.detail ?? "no error";
      return `${asked} is said to load it: ${said} (${name}; ${blamed})`;
    });
  }
  const answers = Object.values(wanted);
  if (answers.includes(true) && answers.includes(false)) verdict.reached("runtimes differed");
}

/** A verdict whose range meets another one's, or that does not say why. */
function oddRange(runtimes: readonly RuntimeVerdict[]): string | undefined {
  for (const { runtime, from, before, loads, why } of runtimes) {
    const what = `the verdict about ${runtime} from ${from} before ${before ?? "none"}`;
    if (before !== undefined && compareVersions(from, before) >= 0)
      return `${what} is about no version`;
    const isInside = runtimes.some(
      (other) =>
        other.runtime === runtime &&
        compareVersions(from, other.from) < 0 &&
        (before === undefined || compareVersions(other.from, before) < 0),
    );
    if (isInside) return `${what} holds another one`;
    const isSaid = why.length > 0 && why.every((text) => typeof text === "string" && text !== "");
    if (!loads && !isSaid) return `${what} is no, and does not say why`;
    if (loads && why.length > 0) return `${what} is yes, and says why not`;
  }
  return undefined;
}
