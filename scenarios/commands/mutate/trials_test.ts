import assert from "node:assert/strict";
import { test } from "node:test";
import { type Baseline, coveringScenarios, trialsOf } from "./trials.ts";

function baseline(scenario: string, hits: Readonly<Record<string, number>>): Baseline {
  return { scenario, answer: { status: "pass", durationMs: 9, hits } };
}

test("coveringScenarios() leaves out who does not run the place, and begins with whom it is most of", () => {
  const all = [
    baseline("some", { one: 1, two: 9 }),
    baseline("most", { one: 9, two: 1 }),
    baseline("none", { two: 5 }),
  ];
  const covering = coveringScenarios(all, new Set(["one"]));
  assert.deepEqual(
    covering.map(({ scenario }) => scenario),
    ["most", "some"],
  );
});

test("trialsOf() runs the likeliest whole, then few cases of the rest, then all of them, then on disk", () => {
  const covering = ["a", "b", "c", "d", "e"].map((name) => baseline(name, {}));
  const trials = trialsOf(covering, { runs: 30, diskRuns: 5 });
  const shown = trials.map(({ scenario, world, cases }) => `${scenario} ${world} ${cases}`);
  assert.deepEqual(shown, [
    ...["a", "b", "c"].map((name) => `${name} memory 30`),
    ...["d", "e"].map((name) => `${name} memory 4`),
    ...["d", "e"].map((name) => `${name} memory 30`),
    ...["a", "b", "c", "d", "e"].map((name) => `${name} disk 5`),
  ]);
  const inMemory = trialsOf(covering, { runs: 2, diskRuns: 0 });
  assert.deepEqual(
    inMemory.map(({ cases }) => cases),
    [2, 2, 2, 2, 2, 2, 2],
  );
});
