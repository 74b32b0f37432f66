/**
 * Shares asked of the reference as a program, through the protocol's optional operation.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { failureStory, runScenario, startProgram } from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { referenceProgram } from "../reference/reference_program.ts";

for (const name of ["share/shared", "share/share_undone", "share/removed_links"]) {
  test(`${name} holds for the reference in a process of its own`, async () => {
    const { command, env } = referenceProgram(["--places"]);
    const subject = await startProgram(command, { env });
    const scenario = scenarios.find((one) => one.name === name);
    assert.ok(scenario !== undefined);
    const options = { world: "process", seed: 1, runs: 2, shrinkMs: 0 } as const;
    const result = await runScenario(scenario, subject, options);
    assert.notEqual(Object.keys(result.judged).length, 0, JSON.stringify(result.skipped));
    const story = result.status === "vacuous" ? undefined : failureStory(result);
    assert.equal(story, undefined, story);
  });
}
