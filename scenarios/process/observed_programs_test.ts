/**
 * Liars that are programs are caught by what they do: what they open and read, and what they say where they may not write.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tracerLack } from "../../harness/internal.ts";
import {
  type ProgramSubject,
  runScenario,
  type Scenario,
  type ScenarioResult,
  startProgram,
} from "../../harness/mod.ts";
import type { RequirementId } from "../../spec/mod.ts";
import { scenarios } from "../mod.ts";
import { referenceProgram } from "../reference/reference_program.ts";

const MINIATURES: readonly (readonly [string, string, RequirementId])[] = [
  ["overlooks_header", "load/lying_header", "LOAD-HEADER"],
  ["opens_outside", "load/confined_check", "LOAD-CONFINED"],
  ["opens_code", "load/inert_check", "LOAD-INERT"],
  ["reads_evicted", "load/evicted_files", "LOAD-EVICTED"],
  ["calls_locked_places_full", "download/read_only_place", "ERROR-KIND"],
];
/** Until it is caught: not every case triggers every miniature. */
const RUNS_MAX = 30;
const skip = (await tracerLack()) ?? false;

for (const [name, scenario, requirement] of MINIATURES) {
  test(`${name} as a program breaks ${requirement} in ${scenario}`, { skip }, async (t) => {
    const { command, env } = referenceProgram(["--miniature", name]);
    const miniature = await startProgram(command, { env });
    const { status, breakage, skipped } = await run(miniature, { scenario, runs: RUNS_MAX });
    if (status === "skip") t.skip(Object.values(skipped).join(", "));
    else assert.equal(breakage?.requirement, requirement, `it is ${status}`);
  });
}

test("a limit on a file's size stands in for a volume that nobody can mount", async () => {
  const { command, env } = referenceProgram();
  const subject = await startProgram(command, { env });
  const unmounted = (given: Scenario): Scenario => ({ ...given, world: () => ({}) });
  const result = await run(subject, { scenario: "download/small_volume", runs: 2, as: unmounted });
  assert.equal(result.status, "pass", result.breakage?.detail);
  assert.equal(result.judged["DL-DISK-ERROR"], 2);
});

// Helpers

async function run(
  subject: ProgramSubject,
  options: {
    readonly scenario: string;
    readonly runs: number;
    readonly as?: (scenario: Scenario) => Scenario;
  },
): Promise<ScenarioResult> {
  const { scenario, runs, as = (given: Scenario) => given } = options;
  const found = scenarios.find(({ name }) => name === scenario);
  assert.ok(found !== undefined);
  return runScenario(as(found), subject, { world: "process", seed: 1, runs, shrinkMs: 0 });
}
