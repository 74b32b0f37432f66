import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequirementId } from "../../../spec/mod.ts";
import type { Miniature } from "../../miniatures/miniature.ts";
import { scenario } from "../../scenario/scenario.ts";
import { traceabilityGaps, traceRequirements } from "./traceability.ts";

const story = (name: string, covers: readonly RequirementId[]) =>
  scenario({ name, covers, given: {}, check: async () => {} });

const named = (name: string, breaks: readonly RequirementId[]): Miniature => ({
  name,
  mistake: "Breaks it.",
  breaks,
  wrap: (subject) => subject,
});

const SCENARIOS = [story("a/one", ["DL-ATOMIC", "DL-RESUME"]), story("a/two", ["DL-RESUME"])];
const profiles = ["core"] as const;

test("traceRequirements() names the scenarios and miniatures of each requirement", () => {
  const traces = traceRequirements(SCENARIOS, [named("forgets", ["DL-RESUME"])]);
  const trace = traces.find(({ id }) => id === "DL-RESUME");
  assert.deepEqual(trace, {
    id: "DL-RESUME",
    scenarios: ["a/one", "a/two"],
    miniatures: ["forgets"],
  });
});

test("traceabilityGaps() finds a judged MUST that no miniature breaks", () => {
  const { withoutMiniature } = traceabilityGaps(SCENARIOS, [named("forgets", ["DL-RESUME"])], {
    profiles,
  });
  assert.deepEqual(withoutMiniature, ["DL-ATOMIC"]);
});

test("traceabilityGaps() asks no miniature of a SHOULD or of another profile", () => {
  const scenarios = [story("a/three", ["DL-ONE-TRANSFER", "DUR-SUCCESS"])];
  assert.deepEqual(traceabilityGaps(scenarios, [], { profiles }).withoutMiniature, []);
  const durable = traceabilityGaps(scenarios, [], { profiles: ["core", "durable"] });
  assert.deepEqual(durable.withoutMiniature, ["DUR-SUCCESS"]);
});

test("traceabilityGaps() finds a miniature that nothing can catch", () => {
  const { unjudged } = traceabilityGaps(SCENARIOS, [named("rots", ["VERIFY-ROT"])], { profiles });
  assert.deepEqual(unjudged, ["rots: VERIFY-ROT"]);
});

test("traceabilityGaps() finds a scenario that no miniature tries, and names that are used twice", () => {
  const twins = [named("writes", ["DL-ATOMIC"]), named("writes", ["DL-ATOMIC"])];
  const { untried, sameName } = traceabilityGaps(SCENARIOS, twins, { profiles });
  assert.deepEqual(untried, ["a/two"]);
  assert.deepEqual(sameName, ["writes"]);
});
