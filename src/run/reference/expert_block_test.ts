import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { chooseExperts } from "./expert_block.ts";
import type { ExpertsShape } from "./model_shape.ts";

const SHAPE: ExpertsShape = {
  count: 4,
  perToken: 2,
  innerSize: 8,
  shares: "of all",
  isNormalized: false,
  sharedInnerSize: undefined,
};

const LOGITS = [0, Math.log(5), Math.log(3), 0];

test("chooseExperts() takes the highest, with shares among all experts", () => {
  const chosen = chooseExperts(Float32Array.from(LOGITS), SHAPE);
  assert.deepEqual(
    chosen.map(({ expert }) => expert),
    [1, 2],
  );
  assertClose(chosen[0]?.share, 0.5);
  assertClose(chosen[1]?.share, 0.3);
});

test("chooseExperts() divides shares by their sum, or takes them among the chosen, where the family does", () => {
  for (const own of [{ isNormalized: true }, { shares: "of chosen" }] as const) {
    const chosen = chooseExperts(Float32Array.from(LOGITS), { ...SHAPE, ...own });
    assertClose(chosen[0]?.share, 5 / 8);
    assertClose(chosen[1]?.share, 3 / 8);
  }
});

test("chooseExperts() gives each of the asked number once, the lowest first among equals", () => {
  const equal = chooseExperts(new Float32Array(4), { ...SHAPE, perToken: 3 });
  assert.deepEqual(
    equal.map(({ expert }) => expert),
    [0, 1, 2],
  );
  const logits = fc.array(fc.float({ noNaN: false }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(logits, fc.integer({ min: 1, max: 4 }), (values, perToken) => {
      const chosen = chooseExperts(Float32Array.from(values), { ...SHAPE, perToken });
      const experts = new Set(chosen.map(({ expert }) => expert));
      assert.equal(experts.size, perToken);
      assert.ok([...experts].every((expert) => expert >= 0 && expert < 4));
    }),
  );
});

function assertClose(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-6, `${actual} is not ${expected}`);
}
