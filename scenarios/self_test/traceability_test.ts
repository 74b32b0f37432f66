/**
 * The requirements, the scenarios and the miniatures belong together: what is judged can be shown to be judged.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { miniatures, traceabilityGaps } from "../../harness/internal.ts";
import { scenarios } from "../mod.ts";

const gaps = traceabilityGaps(scenarios, miniatures, {
  profiles: [
    "core",
    "offline",
    "environment",
    "interop",
    "durable",
    "verdicts",
    "places",
    "commands",
    "serving",
    "inference",
  ],
});

test("every MUST that a scenario judges has a miniature that breaks it", () => {
  assert.deepEqual(gaps.withoutMiniature, []);
});

test("every miniature breaks only what a scenario judges", () => {
  assert.deepEqual(gaps.unjudged, []);
  assert.deepEqual(
    miniatures.filter(({ breaks }) => breaks.length === 0).map(({ name }) => name),
    [],
  );
});

test("every scenario judges something that a miniature breaks", () => {
  assert.deepEqual(gaps.untried, []);
});

test("every scenario that is to show a miniature exists, and judges what it breaks", () => {
  for (const { name, breaks, shownBy = [] } of miniatures)
    for (const shown of shownBy) {
      const covers = scenarios.find((scenario) => scenario.name === shown)?.covers ?? [];
      assert.ok(
        covers.some((id) => breaks.includes(id)),
        `${name}: ${shown}`,
      );
    }
});

test("every miniature and every scenario has a name of its own", () => {
  assert.deepEqual(gaps.sameName, []);
  const names = scenarios.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
});
