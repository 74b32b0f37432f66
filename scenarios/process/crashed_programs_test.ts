/**
 * What a crash leaves of a program's work is judged from its system calls: the reference passes, and its liars do not.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tracerLack } from "../../harness/internal.ts";
import { failureStory, runScenario, startProgram } from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { referenceProgram } from "../reference/reference_program.ts";

const skip = (await tracerLack()) ?? false;

async function judge(name: string, miniature?: string) {
  const flags = miniature === undefined ? [] : ["--miniature", miniature];
  const { command, env } = referenceProgram(flags);
  const subject = await startProgram(command, { env });
  const scenario = scenarios.find((one) => one.name === name);
  assert.ok(scenario !== undefined);
  const options = { world: "process", seed: 1, runs: 1, shrinkMs: 0 } as const;
  return runScenario(scenario, subject, options);
}

for (const name of ["crash/order_of_syncs", "crash/before_success", "crash/crash_again"]) {
  test(`${name} holds for the reference as a program`, { skip, timeout: 120_000 }, async () => {
    const result = await judge(name);
    assert.equal(result.status, "pass", failureStory(result));
  });
}

for (const [miniature, name, id] of [
  ["never_syncs", "crash/order_of_syncs", "DUR-CORE"],
  ["syncs_after_rename", "crash/before_success", "DUR-STATES"],
] as const) {
  test(`${name} catches ${miniature} as a program`, { skip, timeout: 120_000 }, async () => {
    const { breakage } = await judge(name, miniature);
    assert.equal(breakage?.requirement, id);
  });
}
