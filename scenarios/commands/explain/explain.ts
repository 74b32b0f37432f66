/**
 * The work of `mlx-conform explain`: a requirement with what the spec and the suite say of it.
 *
 * @module
 */

import {
  ERROR_CODES,
  type ErrorCode,
  type Requirement,
  type RequirementId,
  REQUIREMENTS,
} from "../../../spec/mod.ts";
import {
  EXIT_CODES,
  miniatures,
  requirementReasons,
  traceRequirements,
} from "../../../harness/internal.ts";
import { runScenario } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import { SEED } from "../command_defaults.ts";
import type { ConformContext } from "../conform_context.ts";
import { didYouMean } from "../did_you_mean.ts";

/** The requirement about the kinds of errors: it may ask for any of them. */
const KIND: RequirementId = "ERROR-KIND";
/** Cases of a scenario that are run to see which kinds of errors it asks for. */
const KIND_RUNS = 12;
const WIDTH = 100;

/** A requirement with what the spec and the suite say of it. */
interface Explanation extends Pick<Requirement, "level" | "profile"> {
  readonly id: RequirementId;
  readonly sentence: string;
  /** Where the spec states it. */
  readonly address: string;
  readonly why: string;
  readonly observed: string;
  /** Kinds of errors that the scenarios ask for, by scenario. */
  readonly kinds: Readonly<Record<string, readonly ErrorCode[]>>;
  readonly scenarios: readonly string[];
  readonly miniatures: readonly { readonly name: string; readonly mistake: string }[];
}

/**
 * Prints a requirement and what tests it.
 *
 * @returns the exit code
 * @throws {RangeError} when there is no such requirement
 */
export async function explainRequirement(
  text: string,
  { json, context }: { readonly json: boolean; readonly context: ConformContext },
): Promise<number> {
  const explanation = await explain(findRequirement(text));
  const shown = json ? JSON.stringify(explanation, undefined, 2) : explanationText(explanation);
  context.writeOut(`${shown}\n`);
  return EXIT_CODES.conformant;
}

/** @throws {RangeError} when there is no such requirement */
function findRequirement(text: string): RequirementId {
  const ids = Object.keys(REQUIREMENTS) as RequirementId[];
  const id = ids.find((one) => one === text.toUpperCase());
  if (id !== undefined) return id;
  throw new RangeError(
    `Unknown requirement "${text}"${didYouMean(text.toUpperCase(), ids)}: "mlx-conform list" names them all, and "mlx-conform list scenarios" the scenarios`,
  );
}

async function explain(id: RequirementId): Promise<Explanation> {
  const { level, profile, document, text } = REQUIREMENTS[id];
  const { why, judged } = requirementReasons(id);
  const trace = traceRequirements(scenarios, miniatures).find((one) => one.id === id);
  const { scenarios: names = [], miniatures: broken = [] } = trace ?? {};
  return {
    id,
    level,
    profile,
    sentence: text,
    address: `spec/${document}.md#${id}`,
    why,
    observed: judged,
    kinds: id === KIND ? {} : await expectedKinds(id, names),
    scenarios: names,
    miniatures: miniatures
      .filter(({ name }) => broken.includes(name))
      .map(({ name, mistake }) => ({ name, mistake })),
  };
}

/** Runs a few cases of the scenarios that ask for kinds of errors, and sees for which. */
async function expectedKinds(
  id: RequirementId,
  names: readonly string[],
): Promise<Record<string, readonly ErrorCode[]>> {
  const found: Record<string, readonly ErrorCode[]> = {};
  for (const scenario of scenarios.filter(({ name }) => names.includes(name))) {
    const { name, covers, worlds = ["memory"] } = scenario;
    if (!covers.includes(KIND) || !worlds.includes("memory")) continue;
    const options = { world: "memory", seed: SEED, runs: KIND_RUNS, triesFactor: 1 } as const;
    const { kinds } = await runScenario(scenario, reference, options);
    const own = kinds?.[id];
    if (own !== undefined) found[name] = own;
  }
  return found;
}

function explanationText(explanation: Explanation): string {
  const { id, level, profile, sentence, address, why, observed, kinds } = explanation;
  const asked = Object.entries(kinds).map(([name, codes]) => `${name}: ${codes.join(", ")}`);
  const breaking = explanation.miniatures.map(({ name, mistake }) => `${name}: ${mistake}`);
  return [
    `${id}  ${level}, profile ${profile}, ${address}`,
    ...wrapped(sentence),
    ...section("why", wrapped(why)),
    ...section("what is observed", wrapped(observed)),
    ...section(
      "kinds of errors that are asked for (another one breaks ERROR-KIND alone)",
      id === KIND ? wrapped(Object.keys(ERROR_CODES).join(", ")) : asked.flatMap(wrapped),
    ),
    ...section("scenarios that cover it", explanation.scenarios.flatMap(wrapped)),
    ...section("miniatures that break it", breaking.flatMap(wrapped)),
    "",
    `test it: mlx-conform run --only ${id}`,
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines];
}

/** Lines of words, indented. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 3 > WIDTH) {
      lines.push(`  ${line}`);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, `  ${line}`];
}
