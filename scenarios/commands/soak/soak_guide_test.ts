import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";
import { SoakGuide } from "./soak_guide.ts";

function resultOf(scenario: string, seed: number, goals: readonly string[] = []): ScenarioResult {
  return {
    scenario,
    world: "memory",
    status: "pass",
    covers: [],
    judged: {},
    skipped: {},
    reached: Object.fromEntries(goals.map((goal) => [goal, 1])),
    vacuity: [],
    breakage: undefined,
    seed,
    cases: 10,
    durationMs: 1,
  };
}

test("SoakGuide keeps the batches that show a new branch or goal, and no others", () => {
  const guide = new SoakGuide();
  assert.ok(guide.note(resultOf("a/one", 1), ["x", "y"]));
  assert.ok(!guide.note(resultOf("a/one", 2), ["y"]), "another process had not run it");
  assert.ok(guide.note(resultOf("a/one", 3, ["a kill"]), []));
  assert.ok(!guide.note(resultOf("a/one", 4, ["a kill"]), []));
  assert.ok(guide.note(resultOf("a/two", 5, ["a kill"]), []), "it is a goal of another scenario");
  assert.deepEqual(
    guide.kept.map(({ seed }) => seed),
    [1, 3, 5],
  );
  assert.equal(guide.branches, 2);
});

test("SoakGuide draws what shows new things more often, and leaves nothing out", () => {
  const guide = new SoakGuide();
  for (let seed = 1; seed <= 12; seed++) {
    guide.note(resultOf("a/new", seed), [`branch ${seed}`]);
    guide.note(resultOf("a/old", seed), []);
  }
  const random = seededRandom(1);
  const drawn = Array.from({ length: 400 }, () => guide.draw(["a/old", "a/new"], random));
  const news = drawn.filter((name) => name === "a/new").length;
  assert.ok(news > 320 && news < 400, `${news} of 400`);
  assert.equal(guide.draw([], random), undefined);
});
