/**
 * What a killed process does not show: the same downloader without a sync is right under `kill` and wrong under `ordered`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PERSISTENCE_PROFILES, miniatureNamed } from "../../harness/internal.ts";
import { reference } from "../reference/reference.ts";
import { CRASH_MODELS } from "./crash_models.ts";
import { exploreModel } from "./explore_model.ts";

const BOUNDS = { exhaustiveMax: 64, samples: 2, recoveries: 1, seed: 1, asked: 10 } as const;

for (const model of CRASH_MODELS) {
  for (const profile of PERSISTENCE_PROFILES) {
    test(`${model.name} under ${profile}: the reference breaks nothing`, async (context) => {
      const report = await exploreModel(reference, model, { ...BOUNDS, profile, again: "kill" });
      context.diagnostic(`${report.first.distinct} states`);
      assert.deepEqual(report.findings, []);
    });
  }
}

test("without a sync nothing is broken under kill, and much under ordered", async (context) => {
  const [smallest] = CRASH_MODELS;
  assert.ok(smallest !== undefined);
  const unsynced = miniatureNamed("never_syncs").wrap(reference);
  const kill = await exploreModel(unsynced, smallest, {
    ...BOUNDS,
    profile: "kill",
    again: "kill",
  });
  assert.deepEqual(kill.findings, []);
  const ordered = await exploreModel(unsynced, smallest, {
    ...BOUNDS,
    recoveries: 0,
    profile: "ordered",
    again: "kill",
  });
  context.diagnostic(
    `${kill.first.distinct} states under kill, ${kill.first.violations} violations; ${ordered.first.distinct} under ordered, ${ordered.first.violations}`,
  );
  assert.deepEqual(ordered.findings.map(({ requirement }) => requirement).toSorted(), [
    "DUR-OLD-OR-NEW",
    "DUR-STATES",
    "DUR-SUCCESS",
  ]);
  for (const { order } of ordered.findings) assert.match(order, /must persist before/);
});
