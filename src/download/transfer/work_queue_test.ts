import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkQueue } from "./work_queue.ts";

const options = { isLarge: (size: number) => size > 100, sizeOf: (size: number) => size };

test("WorkQueue gives the largest first, and half of the workers to small ones", () => {
  const queue = new WorkQueue([1, 900, 2, 700, 800], { ...options, workersMax: 4 });
  assert.deepEqual(
    [1, 2, 3, 4].map(() => queue.take()),
    [900, 800, 2, 1],
  );
  // No small one waits any more.
  assert.equal(queue.take(), 700);
  assert.equal(queue.take(), undefined);
});

test("WorkQueue gives one worker everything, one after the other", () => {
  const queue = new WorkQueue([1, 900, 2, 700], { ...options, workersMax: 1 });
  const order: number[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    order.push(next);
    queue.done(next);
  }
  assert.deepEqual(order, [900, 700, 2, 1]);
});

test("WorkQueue.hasLarge is true until the last large one is done", () => {
  const queue = new WorkQueue([900, 1], { ...options, workersMax: 2 });
  assert.equal(queue.take(), 900);
  assert.equal(queue.hasLarge, true);
  queue.done(900);
  assert.equal(queue.hasLarge, false);
});

test("WorkQueue.clear() leaves nothing to take", () => {
  const queue = new WorkQueue([900, 1], { ...options, workersMax: 2 });
  queue.clear();
  assert.equal(queue.take(), undefined);
  assert.deepEqual(queue.all, [900, 1]);
});
