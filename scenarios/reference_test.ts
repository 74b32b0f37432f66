/**
 * The reference is judged by every scenario, in memory and on a real disk.
 *
 * `npm start` and `npm run conform` run more cases of the same; here each scenario is a test of its own.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { failureStory, runScenario, WORLD_KINDS } from "../harness/mod.ts";
import { scenarios } from "./mod.ts";
import { reference } from "./reference.ts";

const SEED = Number(process.env["MLX_LAYOUT_SEED"] ?? 1);
const RUNS = { memory: 15, disk: 3 } as const;

for (const world of WORLD_KINDS) {
  for (const scenario of scenarios) {
    if (!(scenario.worlds ?? WORLD_KINDS).includes(world)) continue;
    test(`${scenario.name} holds in ${world}`, async () => {
      const result = await runScenario(scenario, reference, {
        world,
        seed: SEED,
        runs: RUNS[world],
        // What a scenario is about comes up rarely in so few cases.
        triesFactor: 20,
      });
      const story = failureStory(result);
      assert.equal(story, undefined, story);
    });
  }
}
