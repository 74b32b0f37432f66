/**
 * Runtimes differ about a model, or none has its type, and the report of a check says of each whether it loads it.
 *
 * Invariants checked:
 * - The verdict about a version of a runtime is what its source says that it does.
 * - Of a type that no runtime has no verdict is yes, and the type is named.
 */
import fc from "fast-check";
import { placeModel } from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";
import {
  answerFor,
  anyUnknownType,
  anyVerdictModel,
  VERDICT_CASES,
  type VerdictCase,
  type VerdictCaseName,
} from "./verdict_cases.ts";

const repository = "mlx-community/Verdicts-4bit";
const NAMES = Object.keys(VERDICT_CASES) as VerdictCaseName[];

export const runtimeVerdicts = scenario({
  name: "load/runtime_verdicts",
  pieceBytes: [8192],
  covers: ["LOAD-VERDICT", "LOAD-TYPE"],
  given: {
    model: anyVerdictModel,
    type: anyUnknownType,
    name: fc.oneof(fc.constantFrom(...NAMES), fc.constant("of a type that nobody has" as const)),
  },
  goals: ["runtimes differed", "nobody had the type"],
  async check({ model, type, name }, world, verdict) {
    const { apply, expected }: VerdictCase = VERDICT_CASES[name];
    await placeModel(world, apply(model, type), { repository, isDownloaded: false });
    const report = await verdict.attempt("LOAD-VERDICT", () => world.start().check({ repository }));
    const { runtimes, findings } = report;
    if (runtimes === undefined) {
      for (const id of ["LOAD-VERDICT", "LOAD-TYPE"] as const)
        verdict.skip(id, "its reports name no runtimes");
      return;
    }
    if (name === "of a type that nobody has") {
      const yes = runtimes.find(({ loads }) => loads);
      const isNo = yes === undefined;
      verdict.holds("LOAD-TYPE", isNo, `${yes?.runtime} ${yes?.from} is said to load "${type}"`);
      const words = [
        ...runtimes.flatMap(({ why }) => why),
        ...findings.map(({ detail }) => detail),
      ];
      const isNamed = words.some((text) => text.includes(type));
      verdict.holds("LOAD-TYPE", isNamed, `nothing names the type "${type}"`);
      verdict.reached("nobody had the type");
      return;
    }
    for (const [asked, loads] of Object.entries(expected)) {
      const [runtime = "", version = ""] = asked.split(" ");
      const said = answerFor(runtimes, runtime, version);
      if (said === undefined) continue;
      verdict.holds(
        "LOAD-VERDICT",
        said === loads,
        `${asked} is said to load it: ${said} (${name})`,
      );
    }
    const answers = Object.values(expected);
    if (answers.includes(true) && answers.includes(false)) verdict.reached("runtimes differed");
  },
});
