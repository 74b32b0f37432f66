/**
 * The reference as a program: a few scenarios of each kind that a world of processes plays in its own way.
 *
 * `mlx-conform --world process` plays all of them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { failureStory, runScenario, startProgram } from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { referenceProgram } from "../reference/reference_program.ts";

const NAMES = [
  "layout/required_files",
  "download/wrong_bytes",
  "download/watched_download",
  "download/large_file_killed",
  "download/small_volume",
  "hub/token_host",
  "manage/no_network",
];

for (const name of NAMES) {
  test(`${name} holds for the reference in a process of its own`, async () => {
    const { command, env } = referenceProgram();
    const subject = await startProgram(command, { env });
    const scenario = scenarios.find((one) => one.name === name);
    assert.ok(scenario !== undefined);
    const options = { world: "process", seed: 1, runs: 1, shrinkMs: 0 } as const;
    const result = await runScenario(scenario, subject, options);
    // Few cases need not reach every goal, and no mount may be allowed.
    const isOpen = result.status === "vacuous" || result.status === "skip";
    const story = isOpen ? undefined : failureStory(result);
    assert.equal(story, undefined, story);
  });
}
