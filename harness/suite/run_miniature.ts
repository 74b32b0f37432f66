import { createHash } from "node:crypto";
import type { RequirementId, Subject } from "../../spec/mod.ts";
import type { Miniature } from "../miniatures/miniature.ts";
import { runScenario } from "../scenario/run_scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** A requirement that a miniature failed. */
export interface RedRequirement {
  readonly requirement: RequirementId;
  readonly scenario: string;
  /** What the scenario saw. */
  readonly detail: string;
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

/** Options of {@linkcode runMiniature}. */
export interface RunMiniatureOptions {
  /** A correct subject, into which the miniature builds its mistake. */
  readonly subject: Subject;
  readonly seed: number;
  /** Most cases of a scenario that judges what the miniature breaks; the first that breaks ends it. */
  readonly focusedRuns: number;
  /** Cases of every other scenario, which must not fail. */
  readonly otherRuns: number;
  /** Which part of the other scenarios judges it, from 0 to 1, drawn by the seed. @default {1} */
  readonly otherShare?: number;
  /** Whether scenarios that could only show again what others have shown are left out. @default {false} */
  readonly untilCaught?: boolean;
}

/** Judges a miniature, in memory, by every scenario that judges what it breaks and by others. */
export async function runMiniature(
  miniature: Miniature,
  scenarios: readonly Scenario[],
  options: RunMiniatureOptions,
): Promise<MiniatureResult> {
  const { seed, focusedRuns, otherRuns, otherShare = 1, untilCaught = false } = options;
  const { name, breaks } = miniature;
  const startMs = performance.now();
  const subject = miniature.wrap(options.subject);
  const red: RedRequirement[] = [];
  const suiteErrors: string[] = [];
  const inMemory = scenarios.filter(({ worlds = ["memory"] }) => worlds.includes("memory"));
  let judged = 0;
  for (const scenario of inMemory) {
    const isToShow = miniature.shownBy?.includes(scenario.name) ?? true;
    const own = isToShow ? scenario.covers.filter((id) => breaks.includes(id)) : [];
    const isShown = own.every((id) => red.some(({ requirement }) => requirement === id));
    const isWanted =
      own.length > 0
        ? !(untilCaught && isShown)
        : fractionOf(`${seed}/${name}/${scenario.name}`) < otherShare;
    if (!isWanted) continue;
    judged++;
    const runs = own.length > 0 ? focusedRuns : otherRuns;
    const result = await runScenario(scenario, subject, {
      world: "memory",
      seed,
      runs,
      triesFactor: 1,
      shrinkMs: 0,
    });
    const { breakage, status } = result;
    const { requirement, detail = status } = breakage ?? {};
    if (requirement !== undefined) red.push({ requirement, scenario: scenario.name, detail });
    else if (status === "error" || status === "timeout")
      suiteErrors.push(`${scenario.name}: ${detail}`);
  }
  const durationMs = Math.round(performance.now() - startMs);
  return { miniature: name, breaks, red, suiteErrors, judged, all: inMemory.length, durationMs };
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
