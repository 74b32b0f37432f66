/**
 * The reference is judged by every scenario in one world, each a test of its own.
 *
 * `npm start` and `mlx-conform run --runs 100` run more cases of the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { failureStory, runScenario, WORLD_KINDS } from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";

const SEED = Number(process.env["MLX_LAYOUT_SEED"] ?? 1);
/** As few cases as `MLX_LAYOUT_RUNS` says, where something else than the reference is tried. */
const RUNS = { memory: Number(process.env["MLX_LAYOUT_RUNS"] ?? 15), disk: 4 };
/** What a scenario is about comes up rarely: so many cases are tried for it, however few are run. */
const TRIES = { memory: 300, disk: 80 };

/** Registers a test for each scenario of a world; the worlds are split over files so that files run at once. */
export function judgeReference(world: (typeof WORLD_KINDS)[number]): void {
  for (const scenario of scenarios) {
    if (!(scenario.worlds ?? WORLD_KINDS).includes(world)) continue;
    test(`${scenario.name} holds in ${world}`, async () => {
      const runs = RUNS[world];
      const result = await runScenario(scenario, reference, {
        world,
        seed: SEED,
        runs,
        triesFactor: Math.ceil(TRIES[world] / runs),
      });
      const story = failureStory(result);
      assert.equal(story, undefined, story);
    });
  }
}
