import { createHash } from "node:crypto";
import fc from "fast-check";
import type { RequirementId, Subject } from "../../spec/mod.ts";
import { diskWorld } from "../worlds/disk_world.ts";
import { memoryWorld } from "../worlds/memory_world.ts";
import type { World, WorldKind } from "../worlds/world.ts";
import { CaseTally } from "./case_tally.ts";
import { isFidelityFault } from "./judge_fidelity.ts";
import type { Scenario } from "./scenario.ts";
import type { BrokenPromise, ScenarioResult, ScenarioStatus } from "./scenario_result.ts";
import { asFailure, describeError, RequirementBroken, Verdict } from "./verdict.ts";

/** Real time that one case may take. */
const CASE_MS_MAX = 20_000;
/** Real time that is spent on making a failure smaller. */
const SHRINK_MS = 5_000;

/** How a scenario is run. */
export interface RunScenarioOptions {
  readonly world: WorldKind;
  readonly seed: number;
  readonly runs: number;
  /** Leads straight to one case of that seed. */
  readonly path?: string | undefined;
  /** Real time that is spent on making a failure smaller, in milliseconds. @default {5_000} */
  readonly shrinkMs?: number;
}

class CaseTimeout extends Error {
  override readonly name = "CaseTimeout";
}

/** Runs a scenario on a subject in one world. Never rejects: what goes wrong is part of the result. */
export async function runScenario(
  scenario: Scenario,
  subject: Subject,
  options: RunScenarioOptions,
): Promise<ScenarioResult> {
  const startMs = performance.now();
  const tally = new CaseTally(scenario);
  const seed = scenarioSeed(options.seed, scenario.name, options.world);
  let shrinkUntilMs = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(fc.record(scenario.given), async (given) => {
    // A failure is made smaller for a while only; what is not tried counts as passed.
    if (performance.now() > shrinkUntilMs) return;
    try {
      await runCase(scenario, { subject, given, world: options.world, tally });
    } catch (error) {
      shrinkUntilMs = Math.min(shrinkUntilMs, performance.now() + (options.shrinkMs ?? SHRINK_MS));
      throw error;
    }
  });
  const runs = Math.max(1, Math.ceil(options.runs * (scenario.weight ?? 1)));
  const details = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(options.path === undefined ? {} : { path: options.path, endOnFailure: true }),
  });
  const error = details.failed ? details.errorInstance : undefined;
  const isFidelity =
    options.world === "disk" &&
    (scenario.worlds ?? ["memory"]).includes("memory") &&
    (await isFidelityFault({
      error,
      runInMemory: () =>
        runCase(scenario, {
          subject,
          given: details.counterexample?.[0] ?? {},
          world: "memory",
          tally: new CaseTally(scenario),
        }),
    }));
  const vacuity = details.failed ? [] : tally.vacuity(options.path !== undefined);
  return {
    scenario: scenario.name,
    world: options.world,
    status: isFidelity ? "fidelity" : statusOf(error, { vacuity, tally }),
    covers: scenario.covers,
    judged: tally.judged,
    skipped: tally.skipped,
    vacuity,
    breakage: details.failed ? breakageOf(error, { scenario, details, isFidelity }) : undefined,
    seed: options.seed,
    cases: tally.cases,
    durationMs: Math.round(performance.now() - startMs),
  };
}

async function runCase(
  scenario: Scenario,
  options: {
    readonly subject: Subject;
    readonly given: Record<string, unknown>;
    readonly world: WorldKind;
    readonly tally: CaseTally;
  },
): Promise<void> {
  const { subject, given, tally } = options;
  const make = options.world === "memory" ? memoryWorld : diskWorld;
  const verdict = new Verdict(scenario.covers, scenario.goals ?? []);
  const world = await make(subject, scenario.world(given));
  try {
    await withinLimit(() => scenario.check(given, world, verdict), world);
    // An observer may have judged within a call of the subject, which got the rejection in our place.
    if (verdict.broken !== undefined) throw verdict.broken;
  } catch (error) {
    throw verdict.broken ?? error;
  } finally {
    tally.add(verdict, world.hub);
    await world[Symbol.asyncDispose]();
  }
}

async function withinLimit(action: () => Promise<void>, world: World): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const now = new Date(world.clock.now()).toISOString();
      reject(new CaseTimeout(`no end after ${CASE_MS_MAX} ms; simulated time ${now}`));
    }, CASE_MS_MAX);
  });
  try {
    await Promise.race([action(), limit]);
    if (world.clock.failure !== undefined) throw world.clock.failure;
  } finally {
    clearTimeout(timer);
  }
}

/** Filtering and sharding never change a scenario's cases: its seed depends on nothing but its name and world. */
function scenarioSeed(seed: number, name: string, world: WorldKind): number {
  return createHash("sha256").update(`${seed}/${name}/${world}`).digest().readInt32BE(0);
}

function statusOf(
  error: unknown,
  context: { readonly vacuity: readonly string[]; readonly tally: CaseTally },
): ScenarioStatus {
  if (error instanceof CaseTimeout) return "timeout";
  if (error !== undefined) return requirementOf(error) === undefined ? "error" : "fail";
  if (context.vacuity.length > 0) return "vacuous";
  return context.tally.isAllSkipped ? "skip" : "pass";
}

function requirementOf(error: unknown, scenario?: Scenario): RequirementId | undefined {
  if (error instanceof RequirementBroken) return error.requirement;
  // A failure of the subject where the story expected none breaks what the story is about first of all.
  return asFailure(error) === undefined ? undefined : (scenario?.covers[0] ?? "LAYOUT-AGREE");
}

function breakageOf(
  error: unknown,
  context: {
    readonly scenario: Scenario;
    readonly details: fc.RunDetails<[Record<string, unknown>]>;
    readonly isFidelity: boolean;
  },
): BrokenPromise {
  const { scenario, details, isFidelity } = context;
  const [given] = details.counterexample ?? [];
  const requirement = requirementOf(error, scenario);
  const detail = error instanceof RequirementBroken ? error.detail : describeError(error);
  return {
    requirement: isFidelity ? undefined : requirement,
    detail: isFidelity
      ? `red on disk and green in memory, so the worlds differ: ${requirement}: ${detail}`
      : detail,
    counterexample: fc.stringify(given),
    path: details.counterexamplePath ?? "",
  };
}
