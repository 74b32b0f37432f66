import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesScenario } from "./matches_scenario.ts";

test("matchesScenario() takes stars for whole components", () => {
  for (const [pattern, name, expected] of [
    ["download/resume", "download/resume", true],
    ["download/resume", "download/resume_answers", false],
    ["download/*", "download/resume", true],
    ["download/*", "download", false],
    ["download/*", "download/a/b", false],
    ["*/resume", "download/resume", true],
    ["**", "download/resume", true],
    ["download/**", "download/a/b", true],
    ["download/**", "download", true],
    ["**/b", "download/a/b", true],
    ["**/b", "download/a/c", false],
  ] as const) {
    assert.equal(matchesScenario(name, pattern), expected, `${pattern} and ${name}`);
  }
});

test("matchesScenario() refuses a star beside other characters", () => {
  for (const pattern of ["download/res*", "*s/resume", "download/***"])
    assert.throws(() => matchesScenario("download/resume", pattern), /whole component/);
});
