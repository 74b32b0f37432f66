import type { Subject } from "../../spec/mod.ts";
import { redactSecrets } from "../redact_secrets.ts";
import { relativePlaces } from "../relative_places.ts";
import { runScenario } from "../scenario/run_scenario.ts";
import { type Scenario, scenarioOfOneCase } from "../scenario/scenario.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { WorldKind } from "../worlds/world.ts";
import type { WorldTrace } from "../worlds/world_trace.ts";
import { decodeGiven } from "../scenario/decode_given.ts";
import { failureSignature } from "./failure_signature.ts";
import type { Replay } from "./replay.ts";

/** How a replay is run. */
export interface RunReplayOptions {
  readonly scenarios: readonly Scenario[];
  readonly subject: Subject;
  /** @default {the world in which it failed} */
  readonly world?: WorldKind | undefined;
  /** Gets what happens in the world. */
  readonly trace?: WorldTrace | undefined;
}

/** What came of a replay. */
export interface ReplayOutcome {
  /**
   * `holds`: the requirement was judged and holds now. `breaks`: something is still broken. `proves nothing`: the case
   * no longer comes to what it was about, or there was no end. `subject failed`: its program crashed, hung or broke the
   * protocol.
   */
  readonly outcome: "holds" | "breaks" | "proves nothing" | "subject failed" | "harness failed";
  /** Whether it fails as it did when it was written. */
  readonly isSameFailure: boolean;
  readonly result: ScenarioResult;
}

/**
 * Runs the one case of a replay, without the generator.
 *
 * @throws {RangeError} when there is no such scenario, or it has no such world
 * @throws {HarnessError} when the case cannot be read
 */
export async function runReplay(replay: Replay, options: RunReplayOptions): Promise<ReplayOutcome> {
  const { subject, trace, world = replay.world } = options;
  const { scenario, given } = playableReplay(replay, options);
  const one: Scenario = {
    ...scenarioOfOneCase(scenario, given),
    world: (values, kind) => ({
      ...scenario.world(values, kind),
      ...(trace === undefined ? {} : { trace }),
    }),
  };
  const { seed } = replay.drawn;
  // The path says that one case need not reach everything that a scenario must reach.
  const { apartFrom } = replay;
  const result = await runScenario(one, subject, { world, seed, runs: 1, path: "0", apartFrom });
  return { outcome: outcomeOf(result, replay), isSameFailure: isSame(result, replay), result };
}

/**
 * The scenario and the case of a replay.
 *
 * @throws {RangeError} when there is no such scenario, or it has no such world
 * @throws {HarnessError} when the case cannot be read
 */
export function playableReplay(
  replay: Replay,
  { scenarios, world = replay.world }: Pick<RunReplayOptions, "scenarios" | "world">,
): { readonly scenario: Scenario; readonly given: Readonly<Record<string, unknown>> } {
  const scenario = scenarios.find(({ name }) => name === replay.scenario);
  if (scenario === undefined)
    throw new RangeError(`Cannot replay "${replay.scenario}": there is no such scenario`);
  if (scenario.worlds?.includes(world) === false)
    throw new RangeError(`Cannot replay "${replay.scenario}" in ${world}: it has no such world`);
  return { scenario, given: decodeGiven(replay.given) };
}

function outcomeOf(result: ScenarioResult, { requirement }: Replay): ReplayOutcome["outcome"] {
  switch (result.status) {
    case "fail":
      return "breaks";
    case "error":
      return "harness failed";
    case "subject-protocol":
    case "subject-crash":
    case "subject-timeout":
      return "subject failed";
    case "pass": {
      const isJudged = requirement === null || (result.judged[requirement] ?? 0) > 0;
      return isJudged ? "holds" : "proves nothing";
    }
    default:
      return "proves nothing";
  }
}

function isSame(result: ScenarioResult, { signature }: Replay): boolean {
  const { scenario, status, breakage } = result;
  if (breakage === undefined) return false;
  const { requirement, detail } = breakage;
  // The file's was redacted when it was written.
  const seen = failureSignature({ scenario, status, requirement, detail });
  return relativePlaces(redactSecrets(seen, [])) === signature;
}
