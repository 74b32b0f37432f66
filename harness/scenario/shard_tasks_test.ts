import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { shardTasks } from "./shard_tasks.ts";

const anySuite = fc.uniqueArray(
  fc.record({
    scenario: fc.string({ minLength: 1, maxLength: 8 }),
    world: fc.constantFrom("memory" as const, "disk" as const),
    cost: fc.integer({ min: 1, max: 100 }),
  }),
  { selector: ({ scenario, world }) => `${scenario}/${world}`, maxLength: 60 },
);
type Suite = typeof anySuite extends fc.Arbitrary<infer Value> ? Value : never;

const shardsOf = (suite: Suite, count: number) =>
  Array.from({ length: count }, (_, at) =>
    shardTasks(suite, { shard: { index: at + 1, count }, costOf: ({ cost }) => cost }),
  );

test("shardTasks() gives each task to exactly one shard", () => {
  fc.assert(
    fc.property(anySuite, fc.integer({ min: 1, max: 7 }), (suite, count) => {
      const all = shardsOf(suite, count).flat();
      assert.equal(all.length, suite.length);
      assert.deepEqual(new Set(all), new Set(suite));
    }),
  );
});

test("shardTasks() does not depend on the order of the suite", () => {
  fc.assert(
    fc.property(anySuite, (suite) => {
      const [first = []] = shardsOf(suite, 3);
      const [other = []] = shardsOf(suite.toReversed(), 3);
      assert.deepEqual(new Set(first), new Set(other));
    }),
  );
});

test("shardTasks() makes no shard heavier than another by more than one task", () => {
  fc.assert(
    fc.property(anySuite, fc.integer({ min: 1, max: 5 }), (suite, count) => {
      const loads = shardsOf(suite, count).map((tasks) =>
        tasks.reduce((sum, { cost }) => sum + cost, 0),
      );
      const heaviest = Math.max(0, ...suite.map(({ cost }) => cost));
      assert.ok(Math.max(...loads) - Math.min(...loads) <= heaviest);
    }),
  );
});
