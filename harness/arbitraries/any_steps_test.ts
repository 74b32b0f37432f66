import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anySteps } from "./any_steps.ts";

const OPTIONS = { minLength: 1, maxLength: 14 } as const;

function smallest(fails: (steps: readonly number[]) => boolean): readonly number[] | undefined {
  const property = fc.property(anySteps(fc.nat(50), OPTIONS), (steps) => !fails(steps));
  return fc.check(property, { seed: 3, numRuns: 2000 }).counterexample?.[0];
}

test("anySteps() draws every length, and no other", () => {
  const lengths = fc.sample(anySteps(fc.nat(), OPTIONS), { numRuns: 500, seed: 1 });
  assert.deepEqual(
    [...new Set(lengths.map(({ length }) => length))].toSorted((one, two) => one - two),
    Array.from({ length: 14 }, (_, at) => at + 1),
  );
});

test("anySteps() drops steps before, between and after the ones that a failure needs", () => {
  const needsTwo = (steps: readonly number[]) => {
    const first = steps.findIndex((step) => step >= 20);
    return first >= 0 && steps.slice(first + 1).some((step) => step >= 30);
  };
  assert.deepEqual(smallest(needsTwo), [20, 30]);
  assert.deepEqual(
    smallest(() => true),
    [0],
  );
});

test("anySteps() shrinks a value that it did not draw itself", () => {
  const arbitrary = anySteps(fc.nat(50), OPTIONS);
  assert.ok(arbitrary.canShrinkWithoutContext([1, 2]));
  assert.ok(!arbitrary.canShrinkWithoutContext([]));
  const [first] = [...arbitrary.shrink([1, 2], undefined)];
  assert.deepEqual(first?.value_, [1]);
});
