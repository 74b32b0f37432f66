import { createHash } from "node:crypto";
import type { RequirementId, Subject } from "../../spec/mod.ts";
import type { Miniature } from "../miniatures/miniature.ts";
import { runScenario } from "../scenario/run_scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Cases of each scenario in the first round, where what is caught ends it. */
const FIRST_RUNS = 6;

/** A requirement that a miniature failed. */
export interface RedRequirement {
  readonly requirement: RequirementId;
  readonly scenario: string;
  /** What the scenario saw. */
  readonly detail: string;
  /** Leads to the case that showed it, with the same seed. */
  readonly path: string;
}

/** What the scenarios found of a miniature; plain data, so that it can cross processes. */
export interface MiniatureResult {
  readonly miniature: string;
  readonly breaks: readonly RequirementId[];
  readonly red: readonly RedRequirement[];
  /** Scenarios that gave no verdict on the miniature, with the reason: the suite itself failed. */
  readonly suiteErrors: readonly string[];
  /** How many scenarios judged it, and how many there are. */
  readonly judged: number;
  readonly all: number;
  readonly durationMs: number;
}

/** Of a scenario, by its name, the path to one of its cases. */
type Paths = Readonly<Record<string, string>>;

/** Options of {@linkcode runMiniature}. */
export interface RunMiniatureOptions {
  /** A correct subject, into which the miniature builds its mistake. */
  readonly subject: Subject;
  readonly seed: number;
  /** Most cases of a scenario that judges what the miniature breaks; the first that breaks ends it. */
  readonly focusedRuns: number;
  /** Cases of every other scenario, which must not fail. */
  readonly otherRuns: number;
  /**
   * Which part of the other scenarios judges it, from 0 to 1, drawn by the seed; below 1 it is multiplied by a scenario's weight.
   *
   * @default {1}
   */
  readonly otherShare?: number;
  /** Whether scenarios that could only show again what others have shown are left out. @default {false} */
  readonly untilCaught?: boolean;
  /** The names of scenarios that caught it before, and the path of the case: these cases are played first. @default {{}} */
  readonly first?: Paths;
}

/** Judges a miniature, in memory, by every scenario that judges what it breaks and by others. */
export async function runMiniature(
  miniature: Miniature,
  scenarios: readonly Scenario[],
  options: RunMiniatureOptions,
): Promise<MiniatureResult> {
  const { seed, focusedRuns, otherRuns, otherShare = 1, untilCaught = false } = options;
  const { first = {} } = options;
  const { name, breaks } = miniature;
  const startMs = performance.now();
  const subject = miniature.wrap(options.subject);
  const red: RedRequirement[] = [];
  const suiteErrors: string[] = [];
  const inMemory = scenarios.filter(({ worlds = ["memory"] }) => worlds.includes("memory"));
  const judge = async (scenario: Scenario, runs: number, at?: string): Promise<void> => {
    const how = { world: "memory", seed, runs, path: at, triesFactor: 1, shrinkMs: 0 } as const;
    const { breakage, status } = await runScenario(scenario, subject, how);
    const { requirement, detail = status, path = "" } = breakage ?? {};
    if (requirement !== undefined) red.push({ requirement, scenario: scenario.name, detail, path });
    else if (status === "error" || status === "timeout")
      suiteErrors.push(`${scenario.name}: ${detail}`);
  };
  const judged = new Set<string>();
  const isShown = (id: RequirementId) => red.some(({ requirement }) => requirement === id);
  for (const scenario of inMemory) {
    if (ownOf(scenario, miniature).length > 0) continue;
    // Of one whose cases take long a smaller share, as of its cases in a run.
    const share = otherShare === 1 ? 1 : otherShare * Math.min(1, scenario.weight ?? 1);
    if (fractionOf(`${seed}/${name}/${scenario.name}`) >= share) continue;
    judged.add(scenario.name);
    await judge(scenario, otherRuns);
  }
  const caughtBefore = inMemory.filter((scenario) => first[scenario.name] !== undefined);
  // Most are caught by a few cases of one scenario, and need not wait for many cases of all those before it.
  const rounds: readonly (readonly [readonly Scenario[], number, Paths])[] = untilCaught
    ? [
        [caughtBefore, 1, first],
        [caughtBefore, focusedRuns, {}],
        [inMemory, Math.min(FIRST_RUNS, focusedRuns), {}],
        [inMemory, focusedRuns, {}],
      ]
    : [[inMemory, focusedRuns, {}]];
  for (const [round, runs, paths] of rounds)
    for (const scenario of round) {
      const own = ownOf(scenario, miniature);
      if (own.length === 0 || (untilCaught && own.every(isShown))) continue;
      judged.add(scenario.name);
      await judge(scenario, runs, paths[scenario.name]);
    }
  const durationMs = Math.round(performance.now() - startMs);
  return {
    miniature: name,
    breaks,
    red,
    suiteErrors,
    judged: judged.size,
    all: inMemory.length,
    durationMs,
  };
}

/** What a scenario judges of what a miniature breaks. */
function ownOf({ name, covers }: Scenario, { breaks, shownBy }: Miniature): RequirementId[] {
  const isToShow = shownBy?.includes(name) ?? true;
  return isToShow ? covers.filter((id) => breaks.includes(id)) : [];
}

/** Whether a miniature was caught: by each requirement that it breaks, and by no other. */
export function isCaught({ breaks, red, suiteErrors }: MiniatureResult): boolean {
  return (
    suiteErrors.length === 0 &&
    breaks.every((id) => red.some(({ requirement }) => requirement === id)) &&
    red.every(({ requirement }) => breaks.includes(requirement))
  );
}

/** A number from 0 to 1 that depends on nothing but the text. */
function fractionOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
