import assert from "node:assert/strict";
import { test } from "node:test";
import { DrawnCases } from "./drawn_cases.ts";

function countsOf(...cases: Record<string, unknown>[]): unknown {
  const drawn = new DrawnCases();
  for (const one of cases) drawn.add(one);
  return drawn.counts;
}

test("DrawnCases counts words, ranges of numbers, lists and what is absent", () => {
  const cases = [0, 1, 1023, 1024, -1, 0.5].map((at) => ({ at }));
  assert.deepEqual(countsOf(...cases), {
    at: { 0: 1, 1: 1, "512-1023": 1, "1024-2047": 1, "below 0": 1, "a fraction": 1 },
  });
  assert.deepEqual(countsOf({ when: "before" }, { when: undefined }, { when: "before" }), {
    when: { before: 2, none: 1 },
  });
  assert.deepEqual(countsOf({ steps: [{ type: "download" }, { type: "remove", nth: 3 }] }), {
    "steps length": { "2-3": 1 },
    "steps[].type": { download: 1, remove: 1 },
    "steps[].nth": { "2-3": 1 },
  });
});

test("DrawnCases looks at the files of a model", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const files = [
    { path: "config.json", bytes },
    { path: "a/b/twin.json", bytes: bytes.slice() },
    { path: "empty", bytes: new Uint8Array() },
  ];
  assert.deepEqual(countsOf({ model: { files, label: "small" } }), {
    "model files": { "2-3": 1 },
    "model largest file bytes": { "2-3": 1 },
    "model empty files": { 1: 1 },
    "model twins": { 1: 1 },
    "model directories deep": { "2-3": 1 },
  });
});

test("DrawnCases keeps the number of different texts small", () => {
  const names = Array.from({ length: 40 }, (_, at) => ({ name: `name ${at}` }));
  const counts = countsOf(...names, { name: "x".repeat(100) }) as { name: Record<string, number> };
  assert.equal(Object.keys(counts.name).length, 13);
  assert.equal(counts.name["other texts"], 29);
});
