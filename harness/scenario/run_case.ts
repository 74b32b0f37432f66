import type { RequirementId, Subject } from "../../spec/mod.ts";
import { HarnessError, NotApplicable, SubjectFault } from "../errors.ts";
import type { SimulatedHub } from "../hub/mod.ts";
import { diskWorld } from "../worlds/disk_world.ts";
import { memoryWorld } from "../worlds/memory_world.ts";
import { processWorld } from "../worlds/process_world.ts";
import type { World, WorldKind } from "../worlds/world.ts";
import type { CaseTally, Skip } from "./case_tally.ts";
import { CaseTimeout, requirementOf } from "./classify_error.ts";
import type { Scenario } from "./scenario.ts";
import {
  asFailure,
  describeError,
  ownRequirements,
  RequirementBroken,
  Verdict,
} from "./verdict.ts";

/** Real time that one case may take. */
const CASE_MS_MAX = { memory: 20_000, disk: 20_000, process: 180_000 } as const;
/** Real time between two looks at whether the world's time has ended. */
const LOOK_MS = 100;
const MAKERS = { memory: memoryWorld, disk: diskWorld, process: processWorld } as const;

/** One case of a scenario. */
export interface RunCaseOptions {
  readonly subject: Subject;
  readonly given: Record<string, unknown>;
  readonly world: WorldKind;
  /** Adds up what the case shows. */
  readonly tally: CaseTally;
  /** Requirements that the subject does not answer for, and why. */
  readonly excused: ReadonlyMap<RequirementId, string>;
}

/** What a case ended with. */
interface Played {
  /** Undefined when it could not be made. */
  readonly world: World | undefined;
  /** Why the case fails, if it does. */
  readonly cause: unknown;
  /** Whether the subject's own rejection is the cause: then it came outside of what is judged. */
  readonly isUnjudged: boolean;
  /** What had been judged when the case could not go on, or at its end. */
  readonly judged: ReadonlySet<RequirementId>;
}

/**
 * Runs one case in a fresh world, and adds what it shows to the tally.
 *
 * @throws what the case ended with: a broken requirement, a failure of the subject or of the harness
 */
export async function runCase(scenario: Scenario, options: RunCaseOptions): Promise<void> {
  const { tally, excused } = options;
  const own = ownRequirements(scenario.covers);
  const [excuse] = own.map((id) => excused.get(id));
  if (excuse !== undefined && own.every((id) => excused.has(id))) {
    tally.skip({ judged: new Set(), why: excuse, isLasting: true });
    return;
  }
  const verdict = new Verdict(scenario.covers, scenario.goals ?? [], excused);
  const played = await playCase(scenario, options, verdict);
  const skipped = skipReason(scenario, played);
  if (skipped !== undefined) {
    tally.skip({ ...skipped, goals: verdict.goals });
    return;
  }
  const { world, cause } = played;
  if (world !== undefined) tally.add(verdict, world.hub);
  if (cause !== undefined)
    throw cause instanceof Error ? cause : new HarnessError(describeError(cause));
}

async function playCase(
  scenario: Scenario,
  { subject, given, world: kind, tally }: RunCaseOptions,
  verdict: Verdict,
): Promise<Played> {
  let before: RequirementBroken | undefined;
  let judged: ReadonlySet<RequirementId> = verdict.judged;
  const onObstacle = () => {
    before = verdict.broken;
    judged = new Set(verdict.judged);
  };
  let world: World | undefined;
  let failure: { readonly error: unknown } | undefined;
  let disposal: unknown;
  try {
    const { pieceBytes } = given;
    world = await MAKERS[kind](subject, {
      ...scenario.world(given, kind),
      ...(typeof pieceBytes === "number" && { pieceBytes }),
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
    disposal = error;
  }
  // An observer may have judged within a call of the subject, which got the rejection in our place.
  const cause =
    world?.obstacle === undefined
      ? (disposal ?? verdict.broken ?? failure?.error)
      : (before ?? world.obstacle);
  return { world, cause, isUnjudged: cause === failure?.error, judged };
}

/** Why a case says nothing of what is not judged yet, and what is; undefined where it counts. */
function skipReason(
  { covers }: Scenario,
  { world, cause, isUnjudged, judged }: Played,
): Skip | undefined {
  if (cause instanceof NotApplicable)
    return { judged, why: cause.message, isLasting: cause.isLasting };
  if (world?.kind !== "process") return undefined;
  const setup = isUnjudged ? asFailure(cause) : undefined;
  if (setup !== undefined)
    return { judged, why: `a step before what is judged failed (${setup.code})` };
  const isBreakage = requirementOf(cause, covers) !== undefined;
  if (isBreakage && hasMissed(world.hub))
    return {
      judged: new Set(),
      why: "it never made the request at which the hub was to misbehave",
    };
  return isEndless(cause) && isSilent(world.hub)
    ? { judged, why: "it waits longer for a silent hub than this suite does" }
    : undefined;
}

function isEndless(cause: unknown): boolean {
  return cause instanceof RequirementBroken
    ? cause.facts.isEndless === true
    : cause instanceof SubjectFault && cause.kind === "subject-timeout";
}

/** Whether the hub kept the subject waiting: the specification says that it gives up then, and not after how long. */
function isSilent(hub: SimulatedHub): boolean {
  const fired = hub.firedCounts();
  return hub.faults.some(({ do: action }, at) => {
    const isStall = action.type === "cut" && action.how === "stall";
    const isSlow = isStall || ["no-answer", "drip", "delay"].includes(action.type);
    return isSlow && (fired[at] ?? 0) > 0;
  });
}

/** Whether the case set faults and none of them happened: then what went wrong has another cause. */
function hasMissed(hub: SimulatedHub): boolean {
  return hub.faults.length > 0 && hub.firedCounts().every((count) => count === 0);
}

async function withinLimit(action: () => Promise<void>, world: World): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const limitMs = CASE_MS_MAX[world.kind];
    timer = setTimeout(() => {
      const now = new Date(world.clock.now()).toISOString();
      reject(new CaseTimeout(`no end after ${limitMs} ms; the world's time is ${now}`));
    }, limitMs);
    // Whoever waits on after time has ended says nothing.
    look = setInterval(() => {
      if (world.clock.failure !== undefined) reject(world.clock.failure);
    }, LOOK_MS);
  });
  try {
    await Promise.race([action(), limit]);
    if (world.clock.failure !== undefined) throw world.clock.failure;
  } finally {
    clearTimeout(timer);
    clearInterval(look);
  }
}
