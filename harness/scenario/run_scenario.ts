import { createHash } from "node:crypto";
import fc from "fast-check";
import type { RequirementId, Subject } from "../../spec/mod.ts";
import { excusedBy } from "../subjects/role_of.ts";
import type { WorldKind } from "../worlds/world.ts";
import { CaseTally } from "./case_tally.ts";
import { requirementOf, statusOfError } from "./classify_error.ts";
import { decodeGiven } from "./decode_given.ts";
import { describeBreakage } from "./describe_breakage.ts";
import { DrawnCases } from "./drawn_cases.ts";
import type { EncodedGiven } from "./encode_given.ts";
import { isFidelityFault } from "./judge_fidelity.ts";
import { runCase } from "./run_case.ts";
import { type Scenario, scenarioOfOneCase } from "./scenario.ts";
import type { BrokenPromise, ScenarioResult } from "./scenario_result.ts";
import { ownRequirements } from "./verdict.ts";

/** Where the cases show too little to prove anything, so many times as many are tried; of programs few are wanted. */
const TRIES_FACTOR = 6;
const PROGRAM_TRIES_FACTOR = 10;
/** So many cases of programs that judge nothing, because the subject does not claim what they need, are enough. */
const LASTING_SKIPS_MAX = 5;
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
  /** So many times as many cases are tried where the wanted ones show too little. @default {6, of programs 10} */
  readonly triesFactor?: number;
  /** Real time that is spent on making a failure smaller, in milliseconds. @default {5_000} */
  readonly shrinkMs?: number;
  /** Kept cases, which are played before any is drawn. What is no case of the scenario any more is passed over. @default {none} */
  readonly examples?: readonly EncodedGiven[] | undefined;
  /** Asked of each case that is drawn, by its place among them from 0, whether it is run. @default {all are} */
  readonly isChosen?: ((place: number) => boolean) | undefined;
  /** Promises that are left out of account, as they are broken already. @default {none} */
  readonly apartFrom?: readonly RequirementId[] | undefined;
}

/** The options of one pass, with the requirements that it leaves out of account and why. */
interface PassOptions extends RunScenarioOptions {
  readonly settled: ReadonlyMap<RequirementId, string>;
}

/** A pass over the cases of a scenario, as far as it is known before the first case. */
interface Pass {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly options: PassOptions;
  readonly tally: CaseTally;
  readonly drawn: DrawnCases;
  /** Requirements that the subject does not answer for, and why. */
  readonly excused: ReadonlyMap<RequirementId, string>;
  /** The other ones. */
  readonly answerable: readonly RequirementId[];
}

/** A case, as it was drawn. */
type Given = Record<string, unknown>;

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
  const asked = { ...options, settled };
  const first =
    (await brokenExample(scenario, subject, asked)) ?? (await runPass(scenario, subject, asked));
  if (options.world !== "process" || options.path !== undefined) return first;
  const further: BrokenPromise[] = [];
  let last = first;
  for (;;) {
    const id = last.breakage?.requirement;
    if (id === undefined || settled.has(id)) break;
    const apartFrom = [...settled.keys(), id];
    settled.set(id, BROKEN_ALREADY);
    if (scenario.covers.every((one) => settled.has(one))) break;
    last = await runPass(scenario, subject, { ...options, settled });
    if (last.breakage?.requirement !== undefined) further.push({ ...last.breakage, apartFrom });
  }
  if (further.length === 0) return first;
  const durationMs = first.durationMs + last.durationMs;
  return { ...first, judged: { ...last.judged, ...first.judged }, further, durationMs };
}

/** The result of the first kept case that breaks a promise; undefined when none does. */
async function brokenExample(
  scenario: Scenario,
  subject: Subject,
  options: PassOptions,
): Promise<ScenarioResult | undefined> {
  for (const example of options.examples ?? []) {
    const given = decodeGiven(example);
    const lacks = Object.keys(scenario.given).some((key) => !Object.hasOwn(given, key));
    if (lacks) continue;
    // The path says that one case need not reach everything that a scenario must reach.
    const result = await runPass(scenarioOfOneCase(scenario, given), subject, {
      ...options,
      runs: 1,
      path: "0",
    });
    if (result.breakage?.requirement !== undefined) return result;
  }
  return undefined;
}

async function runPass(
  scenario: Scenario,
  subject: Subject,
  options: PassOptions,
): Promise<ScenarioResult> {
  const startMs = performance.now();
  const tally = new CaseTally(scenario);
  const excused = new Map([...excusedBy(subject), ...options.settled]);
  const answerable = scenario.covers.filter((id) => !excused.has(id));
  const drawn = new DrawnCases();
  const pass: Pass = { scenario, subject, options, tally, drawn, excused, answerable };
  const details = await checkCases(pass);
  const error = details.failed ? details.errorInstance : undefined;
  const [given] = details.counterexample ?? [];
  const isFidelity = await isGreenInMemory(pass, { error, given });
  const vacuity = details.failed ? [] : tally.vacuity(options.path !== undefined);
  const path = details.counterexamplePath ?? "";
  const proof = vacuity.length > 0 ? "vacuous" : tally.isAllSkipped ? "skip" : "pass";
  const status = error === undefined ? proof : statusOfError(error);
  return {
    scenario: scenario.name,
    world: options.world,
    status: isFidelity ? "fidelity" : status,
    covers: scenario.covers,
    judged: tally.judged,
    skipped: tally.skipped,
    reached: tally.reached,
    drawn: drawn.counts,
    vacuity,
    ...(Object.keys(tally.kinds).length === 0 ? {} : { kinds: tally.kinds }),
    ...(tally.notes.length === 0 ? {} : { notes: tally.notes }),
    breakage: details.failed
      ? describeBreakage({ error, given, path, answerable, isFidelity })
      : undefined,
    seed: options.seed,
    cases: tally.cases,
    durationMs: Math.round(performance.now() - startMs),
  };
}

/** Draws cases and runs them until enough is shown, and makes a case that fails smaller. */
async function checkCases(pass: Pass): Promise<fc.RunDetails<[Given]>> {
  const { scenario, options, tally, drawn, excused, answerable, subject } = pass;
  const { world, path } = options;
  const runs = Math.max(1, Math.ceil(options.runs * (scenario.weight ?? 1)));
  const triesFactor = world === "process" ? PROGRAM_TRIES_FACTOR : TRIES_FACTOR;
  const isOneCase = path !== undefined;
  const enough = isOneCase ? Number.POSITIVE_INFINITY : runs;
  const isExcused = ownRequirements(scenario.covers).every((id) => excused.has(id));
  let shrinkUntilMs = Number.POSITIVE_INFINITY;
  let found: { readonly requirement: RequirementId | undefined } | undefined;
  let place = 0;
  const property = fc.asyncProperty(anyGiven(scenario, world), async (given) => {
    // A failure is made smaller for a while only; what is not tried counts as passed.
    if (performance.now() > shrinkUntilMs) return;
    if (isExcused && tally.cases > 0) return;
    if (world === "process" && tally.played === 0 && tally.lastingSkips >= LASTING_SKIPS_MAX)
      return;
    if (tally.played >= enough && tally.lacks().length === 0) return;
    if (found === undefined && options.isChosen?.(place++) === false) return;
    if (found === undefined) drawn.add(given);
    try {
      await runCase(scenario, { subject, given, world, tally, excused });
    } catch (error) {
      const requirement = requirementOf(error, answerable);
      // The smaller case must fail as the first one did: another failure on the way is passed over.
      if (found !== undefined && found.requirement !== requirement) return;
      found = { requirement };
      shrinkUntilMs = Math.min(shrinkUntilMs, performance.now() + (options.shrinkMs ?? SHRINK_MS));
      throw error;
    }
  });
  return fc.check(property, {
    seed: scenarioSeed(options.seed, scenario.name, world),
    numRuns: isOneCase ? runs : runs * (options.triesFactor ?? triesFactor),
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
}

/** Few enough that small files have many pieces, and more than any small file has. */
const PIECE_BYTES = [256, 8192];

/** What varies in every scenario too: in this process some cases handle small files in many pieces. */
function anyGiven(
  { given, pieceBytes = PIECE_BYTES }: Scenario,
  world: WorldKind,
): fc.Arbitrary<Record<string, unknown>> {
  if (world === "process" || pieceBytes.length === 0) return fc.record(given);
  const all: Scenario["given"] = { ...given, pieceBytes: fc.constantFrom(...pieceBytes) };
  return fc.record(all, { requiredKeys: Object.keys(given) });
}

/** Whether a case that fails on a real disk passes in memory: then the worlds differ. */
async function isGreenInMemory(
  { scenario, subject, options, excused }: Pass,
  { error, given = {} }: { readonly error: unknown; readonly given: Given | undefined },
): Promise<boolean> {
  const { worlds = ["memory"] } = scenario;
  if (options.world !== "disk" || !worlds.includes("memory")) return false;
  const tally = new CaseTally(scenario);
  const runInMemory = () => runCase(scenario, { subject, given, world: "memory", tally, excused });
  return isFidelityFault({ error, runInMemory });
}

/** Filtering and sharding never change a scenario's cases: its seed depends on nothing but its name and world. */
function scenarioSeed(seed: number, name: string, world: WorldKind): number {
  return createHash("sha256").update(`${seed}/${name}/${world}`).digest().readInt32BE(0);
}
