import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { highestLogits } from "./highest_logits.ts";

test("highestLogits() is the start of a stable sort from high to low", () => {
  // Few values, so that equal ones are frequent.
  const values = fc.array(fc.constantFrom(-3, -1, 0, 0.5, 2, 7), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 8 }), (logits, count) => {
      const sorted = logits
        .map((logit, id) => ({ id, logit }))
        .sort((a, b) => b.logit - a.logit || a.id - b.id);
      assert.deepEqual(highestLogits(Float32Array.from(logits), count), sorted.slice(0, count));
    }),
  );
});

test("highestLogits() puts what is no number last", () => {
  const ids = highestLogits(Float32Array.of(NaN, -5, NaN, 1), 3).map(({ id }) => id);
  assert.deepEqual(ids, [3, 1, 0]);
  assert.deepEqual(highestLogits(Float32Array.of(NaN, NaN), 1), [{ id: 0, logit: -Infinity }]);
});
