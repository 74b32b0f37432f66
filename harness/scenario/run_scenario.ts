import { createHash } from "node:crypto";
import fc from "fast-check";
import type { RequirementId, Subject } from "../../spec/mod.ts";
import { SubjectFault, HarnessError, NotApplicable } from "../errors.ts";
import type { SimulatedHub } from "../hub/mod.ts";
import { excusedBy } from "../subjects/role_of.ts";
import { diskWorld } from "../worlds/disk_world.ts";
import { memoryWorld } from "../worlds/memory_world.ts";
import { processWorld } from "../worlds/process_world.ts";
import type { World, WorldKind } from "../worlds/world.ts";
import { CaseTally } from "./case_tally.ts";
import { describeGiven } from "./describe_given.ts";
import { encodeGiven } from "./encode_given.ts";
import { isFidelityFault } from "./judge_fidelity.ts";
import type { Scenario } from "./scenario.ts";
import type { BrokenPromise, ScenarioResult, ScenarioStatus } from "./scenario_result.ts";
import {
  asFailure,
  type BreakageFacts,
  describeError,
  ownRequirements,
  RequirementBroken,
  Verdict,
} from "./verdict.ts";

/** Real time that one case may take. */
const CASE_MS_MAX = { memory: 20_000, disk: 20_000, process: 180_000 } as const;
const MAKERS = { memory: memoryWorld, disk: diskWorld, process: processWorld } as const;
/** Where the cases show too little to prove anything, so many times as many are tried. */
const TRIES_FACTOR = 6;
/** Real time that is spent on making a failure smaller. */
const SHRINK_MS = 5_000;
const BROKEN_ALREADY = "it is broken already";

/** How a scenario is run. */
export interface RunScenarioOptions {
  readonly world: WorldKind;
  readonly seed: number;
  readonly runs: number;
  /** Leads straight to one case of that seed. */
  readonly path?: string | undefined;
  /** So many times as many cases are tried where the wanted ones show too little. @default {6} */
  readonly triesFactor?: number;
  /** Real time that is spent on making a failure smaller, in milliseconds. @default {5_000} */
  readonly shrinkMs?: number;
  /** Promises that are left out of account, as they are broken already. @default {none} */
  readonly apartFrom?: readonly RequirementId[] | undefined;
}

class CaseTimeout extends Error {
  override readonly name = "CaseTimeout";
}

/**
 * Runs a scenario on a subject in one world. Never rejects: what goes wrong is part of the result.
 *
 * A program may break several of the promises that a scenario is about: each that it broke is left out of account, and the
 * others are judged again.
 */
export async function runScenario(
  scenario: Scenario,
  subject: Subject,
  options: RunScenarioOptions,
): Promise<ScenarioResult> {
  const settled = new Map((options.apartFrom ?? []).map((id) => [id, BROKEN_ALREADY] as const));
  const first = await runOnce(scenario, subject, { ...options, settled });
  if (options.world !== "process" || options.path !== undefined) return first;
  const further: BrokenPromise[] = [];
  let last = first;
  for (;;) {
    const id = last.breakage?.requirement;
    if (id === undefined || settled.has(id)) break;
    const apartFrom = [...settled.keys(), id];
    settled.set(id, BROKEN_ALREADY);
    if (scenario.covers.every((one) => settled.has(one))) break;
    last = await runOnce(scenario, subject, { ...options, settled });
    if (last.breakage?.requirement !== undefined) further.push({ ...last.breakage, apartFrom });
  }
  if (further.length === 0) return first;
  const durationMs = first.durationMs + last.durationMs;
  return { ...first, judged: { ...last.judged, ...first.judged }, further, durationMs };
}

async function runOnce(
  scenario: Scenario,
  subject: Subject,
  options: RunScenarioOptions & { readonly settled: ReadonlyMap<RequirementId, string> },
): Promise<ScenarioResult> {
  const startMs = performance.now();
  const tally = new CaseTally(scenario);
  const seed = scenarioSeed(options.seed, scenario.name, options.world);
  let shrinkUntilMs = Number.POSITIVE_INFINITY;
  const runs = Math.max(1, Math.ceil(options.runs * (scenario.weight ?? 1)));
  const isOneCase = options.path !== undefined;
  const excused = new Map([...excusedBy(subject), ...options.settled]);
  const answerable = scenario.covers.filter((id) => !excused.has(id));
  const isExcused = ownRequirements(scenario.covers).every((id) => excused.has(id));
  const enough = isOneCase ? Number.POSITIVE_INFINITY : runs;
  let found: { readonly requirement: RequirementId | undefined } | undefined;
  const property = fc.asyncProperty(fc.record(scenario.given), async (given) => {
    // A failure is made smaller for a while only; what is not tried counts as passed.
    if (performance.now() > shrinkUntilMs) return;
    if (isExcused && tally.cases > 0) return;
    if (tally.played >= enough && tally.lacks().length === 0) return;
    try {
      await runCase(scenario, { subject, given, world: options.world, tally, excused });
    } catch (error) {
      const requirement = requirementOf(error, answerable);
      // What is made smaller stays what it is: another failure on the way is another story.
      if (found !== undefined && found.requirement !== requirement) return;
      found = { requirement };
      shrinkUntilMs = Math.min(shrinkUntilMs, performance.now() + (options.shrinkMs ?? SHRINK_MS));
      throw error;
    }
  });
  const details = await fc.check(property, {
    seed,
    numRuns: isOneCase ? runs : runs * (options.triesFactor ?? TRIES_FACTOR),
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
          excused,
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
    reached: tally.reached,
    vacuity,
    ...(tally.notes.length === 0 ? {} : { notes: tally.notes }),
    breakage: details.failed ? breakageOf(error, { answerable, details, isFidelity }) : undefined,
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
    readonly excused: ReadonlyMap<RequirementId, string>;
  },
): Promise<void> {
  const { subject, given, tally, excused: excuses } = options;
  const own = ownRequirements(scenario.covers);
  const [excuse] = own.map((id) => excuses.get(id));
  if (excuse !== undefined && own.every((id) => excuses.has(id))) {
    tally.skip(new Set(), excuse);
    return;
  }
  const verdict = new Verdict(scenario.covers, scenario.goals ?? [], excuses);
  let before: RequirementBroken | undefined;
  let judged: ReadonlySet<RequirementId> = verdict.judged;
  const onObstacle = () => {
    before = verdict.broken;
    judged = new Set(verdict.judged);
  };
  let world: World | undefined;
  let courtFailure: unknown;
  let failure: { readonly error: unknown } | undefined;
  try {
    world = await MAKERS[options.world](subject, {
      ...scenario.world(given, options.world),
      onObstacle,
    });
    const made = world;
    await withinLimit(() => scenario.check(given, made, verdict), world);
  } catch (error) {
    failure = { error };
  }
  try {
    tally.note((await world?.notes?.()) ?? []);
    await world?.[Symbol.asyncDispose]();
  } catch (error) {
    courtFailure = error;
  }
  // An observer may have judged within a call of the subject, which got the rejection in our place.
  const cause =
    world?.obstacle === undefined
      ? (courtFailure ?? verdict.broken ?? failure?.error)
      : (before ?? world.obstacle);
  if (cause instanceof NotApplicable) {
    tally.skip(judged, cause.message);
    return;
  }
  const setup =
    world?.kind === "process" && cause === failure?.error ? asFailure(cause) : undefined;
  if (setup !== undefined) {
    tally.skip(judged, `a step before what is judged failed (${setup.code})`);
    return;
  }
  const isBreakage = requirementOf(cause, scenario.covers) !== undefined;
  if (world?.kind === "process" && isBreakage && hasMissed(world.hub)) {
    tally.skip(new Set(), "it never made the request at which the hub was to lie");
    return;
  }
  if (world?.kind === "process" && isEndless(cause) && isSilent(world.hub)) {
    tally.skip(judged, "it waits longer for a silent hub than anybody waits here");
    return;
  }
  if (world !== undefined) tally.add(verdict, world.hub);
  if (cause !== undefined)
    throw cause instanceof Error ? cause : new HarnessError(describeError(cause));
}

function isEndless(cause: unknown): boolean {
  return cause instanceof RequirementBroken
    ? cause.facts.isEndless === true
    : cause instanceof SubjectFault && cause.kind === "subject-timeout";
}

/** Whether the hub let somebody wait: the specification says that a client gives up then, and not after how long. */
function isSilent(hub: SimulatedHub): boolean {
  const fired = hub.firedCounts();
  return hub.faults.some(({ do: action }, at) => {
    const isStall = action.type === "cut" && action.how === "stall";
    const isSlow = isStall || ["no-answer", "drip", "delay"].includes(action.type);
    return isSlow && (fired[at] ?? 0) > 0;
  });
}

/** Whether the case set faults and none of them came to pass: then what went wrong is another story. */
function hasMissed(hub: SimulatedHub): boolean {
  return hub.faults.length > 0 && hub.firedCounts().every((count) => count === 0);
}

async function withinLimit(action: () => Promise<void>, world: World): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const limitMs = CASE_MS_MAX[world.kind];
    timer = setTimeout(() => {
      const now = new Date(world.clock.now()).toISOString();
      reject(new CaseTimeout(`no end after ${limitMs} ms; the world's time is ${now}`));
    }, limitMs);
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
  if (error instanceof SubjectFault) return error.kind;
  if (error !== undefined) return requirementOf(error) === undefined ? "error" : "fail";
  if (context.vacuity.length > 0) return "vacuous";
  return context.tally.isAllSkipped ? "skip" : "pass";
}

function requirementOf(
  error: unknown,
  answerable: readonly RequirementId[] = [],
): RequirementId | undefined {
  if (error instanceof RequirementBroken) return error.requirement;
  // A failure of the subject where the story expected none breaks what the story is about first of all.
  return asFailure(error) === undefined ? undefined : (answerable[0] ?? "LAYOUT-AGREE");
}

function breakageOf(
  error: unknown,
  context: {
    readonly answerable: readonly RequirementId[];
    readonly details: fc.RunDetails<[Record<string, unknown>]>;
    readonly isFidelity: boolean;
  },
): BrokenPromise {
  const { answerable, details, isFidelity } = context;
  const [given] = details.counterexample ?? [];
  const requirement = requirementOf(error, answerable);
  const detail = detailOf(error);
  return {
    requirement: isFidelity ? undefined : requirement,
    detail: isFidelity
      ? `red on disk and green in memory, so the worlds differ: ${requirement}: ${detail}`
      : detail,
    ...(error instanceof RequirementBroken ? aroundDetail(error.facts) : {}),
    counterexample: fc.stringify(given),
    path: details.counterexamplePath ?? "",
    ...(given === undefined ? {} : writtenDown(given)),
  };
}

/** What is known of a breakage besides what was seen. */
function aroundDetail({ detail: _detail, ...rest }: BreakageFacts): Omit<BreakageFacts, "detail"> {
  return rest;
}

/** A scenario whose cases are no plain data fails in a test of its own, and not in the middle of a verdict. */
function writtenDown(given: Record<string, unknown>): Pick<BrokenPromise, "words" | "given"> {
  try {
    return { words: describeGiven(given), given: encodeGiven(given) };
  } catch (error) {
    if (error instanceof HarnessError) return { words: describeGiven(given) };
    throw error;
  }
}

function detailOf(error: unknown): string {
  if (error instanceof RequirementBroken) return error.detail;
  return error instanceof SubjectFault ? error.message : describeError(error);
}
