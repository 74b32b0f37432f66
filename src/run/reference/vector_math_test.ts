import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Rotation } from "./read_rotation.ts";
import { addTo, anglesAt, rmsNorm, rotate, softmax, swiGlu } from "./vector_math.ts";

/** Rounding steps of float32, relative to the result. */
const CLOSE = 2 ** -21;

const vector = (size: number) =>
  fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -8, max: 8 }), {
      minLength: size,
      maxLength: size,
    })
    .map((values) => Float32Array.from(values));

test("rmsNorm() gives vectors of the weights' size, with what is added to them", () => {
  fc.assert(
    fc.property(vector(12), vector(12), fc.constantFrom(0, 1), (input, weights, offset) => {
      const output = new Float32Array(12);
      rmsNorm(input, weights, { epsilon: 1e-5, offset, output });
      const mean = input.reduce((sum, value) => sum + value * value, 0) / 12;
      const scale = 1 / Math.sqrt(mean + 1e-5);
      output.forEach((value, at) =>
        assertClose(value, (input[at] ?? 0) * scale * Math.fround(offset + (weights[at] ?? 0))),
      );
    }),
  );
});

test("softmax() gives shares that add up to 1, in the proportions of the powers", () => {
  fc.assert(
    fc.property(vector(9), (input) => {
      const shares = input.slice();
      softmax(shares);
      const powers = input.map((value) => Math.exp(value));
      const sum = powers.reduce((total, value) => total + value, 0);
      shares.forEach((share, at) => assertClose(share, (powers[at] ?? 0) / sum, 2 ** -18));
    }),
  );
  const large = Float32Array.of(1e30, 1e30, -1e30);
  softmax(large);
  assert.deepEqual([...large], [0.5, 0.5, 0]);
});

test("swiGlu() lets through what the gate says", () => {
  const gate = Float32Array.of(0, 100, -100, 1);
  swiGlu(gate, Float32Array.of(5, 2, 2, 3));
  assert.equal(gate[0], 0);
  assert.equal(gate[1], 200);
  assertClose(gate[2] ?? NaN, 0, 1e-30);
  assertClose(gate[3] ?? NaN, 3 / (1 + Math.exp(-1)));
});

test("addTo() adds in place", () => {
  const target = Float32Array.of(1, 2);
  addTo(target, Float32Array.of(10, 20));
  assert.deepEqual([...target], [11, 22]);
});

test("rotate() turns each pair by its angle and keeps lengths, halves or neighbours", () => {
  const frequencies = Float32Array.of(1, 0.25, 0.01);
  for (const isTraditional of [false, true]) {
    const rotation: Rotation = {
      inverseFrequencies: frequencies,
      positionScale: 0.5,
      magnitude: 1,
      isTraditional,
    };
    const pair = (at: number) => (isTraditional ? [2 * at, 2 * at + 1] : [at, at + 3]);
    fc.assert(
      fc.property(vector(6), fc.nat(5000), (input, position) => {
        const output = new Float32Array(6);
        rotate(input, anglesAt(position, rotation), { rotation, factor: 2, output });
        for (let at = 0; at < 3; at++) {
          const [first = 0, second = 0] = pair(at);
          const angle = Math.fround(position * 0.5 * (frequencies[at] ?? 0));
          const [x, y] = [input[first] ?? 0, input[second] ?? 0];
          const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
          assertClose(output[first] ?? NaN, 2 * (x * cosine - y * sine), 1e-5);
          assertClose(output[second] ?? NaN, 2 * (x * sine + y * cosine), 1e-5);
        }
      }),
    );
  }
});

function assertClose(actual: number, expected: number, relative = CLOSE): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= relative * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}
