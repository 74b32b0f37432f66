import assert from "node:assert/strict";
import { test } from "node:test";
import { type Baseline, coveringScenarios, trialsOf } from "./trials.ts";

function baseline(scenario: string, hits: Readonly<Record<string, number>>): Baseline {
  return { scenario, answer: { status: "pass", durationMs: 9, ran: false, hits } };
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

test("trialsOf() runs the cases through a place: all of the likeliest, few of the rest, then those that are left", () => {
  const through = [0, 2, 3, 5, 8, 13];
  const covering = ["a", "b", "c", "d", "e"].map((name) => ({
    scenario: name,
    answer: {
      status: "pass",
      durationMs: 9,
      ran: false,
      casesOf: { one: through, two: [4], three: [1] },
    },
  }));
  const shown = (ids: readonly string[], diskRuns: number) =>
    trialsOf(covering, { ids: new Set(ids), runs: 30, diskRuns }).map(
      ({ scenario, world, runs, cases }) => [scenario, world, cases?.join(" ") ?? runs].join(": "),
    );
  const all = ["a", "b", "c", "d", "e"];
  assert.deepEqual(shown(["one"], 5), [
    ...["a", "b", "c"].map((name) => `${name}: memory: 0 2 3 5 8 13`),
    ...["d", "e"].map((name) => `${name}: memory: 0 2 3 5`),
    ...["d", "e"].map((name) => `${name}: memory: 8 13`),
    ...["a", "b", "c"].map((name) => `${name}: memory: 30`),
    ...all.map((name) => `${name}: disk: 5`),
  ]);
  const differing = covering.map((one, at) => ({
    ...one,
    answer: { ...one.answer, ...(at === 3 && { differsIn: { one: [5] } }) },
  }));
  assert.deepEqual(
    trialsOf(differing, {
      ids: new Set(["one"]),
      compared: new Set(["one"]),
      runs: 30,
      diskRuns: 5,
    }).map(({ scenario, world, cases }) => [scenario, world, cases?.join(" ")]),
    [
      ["d", "memory", "5"],
      ["d", "memory", undefined],
      ...all.map((name) => [name, "disk", undefined]),
    ],
  );
  assert.deepEqual(shown(["two", "three"], 0), [
    ...all.map((name) => `${name}: memory: 1 4`),
    ...["a", "b", "c"].map((name) => `${name}: memory: 30`),
  ]);
});
