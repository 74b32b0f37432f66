/**
 * The parts of a layer that are not products: few numbers each, so plain TypeScript is fast enough.
 *
 * Arrays of float32 round what is stored in them; where MLX rounds in between, `Math.fround` does.
 *
 * @module
 */

import type { Rotation } from "./read_rotation.ts";

/** Divides a vector by its root mean square and multiplies it with the norm's weights. */
export function rmsNorm(
  input: Float32Array,
  weights: Float32Array,
  options: {
    readonly epsilon: number;
    /** What is added to each weight. */
    readonly offset: number;
    readonly output: Float32Array;
  },
): void {
  const { epsilon, offset, output } = options;
  const size = weights.length;
  const scale = normScale(input.subarray(0, size), epsilon);
  for (let index = 0; index < size; index++) {
    const weight = Math.fround(offset + (weights[index] ?? 0));
    output[index] = Math.fround((input[index] ?? 0) * scale) * weight;
  }
}

/** The reciprocal of a vector's root mean square. */
export function normScale(input: Float32Array, epsilon: number): number {
  const size = input.length;
  let squares = 0;
  for (let index = 0; index < size; index++) {
    const value = input[index] ?? 0;
    squares += value * value;
  }
  return Math.fround(1 / Math.sqrt(squares / size + epsilon));
}

/** Cosines and sines of one position, pair by pair. */
export interface Angles {
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** The angles by which a position rotates. */
export function anglesAt(position: number, rotation: Rotation): Angles {
  const { inverseFrequencies, positionScale } = rotation;
  const scaled = Math.fround(position * positionScale);
  const angles = inverseFrequencies.map((frequency) => scaled * frequency);
  return { cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
}

/** Rotates one head of a query or key, times `factor`; numbers after the pairs are only multiplied. */
export function rotate(
  input: Float32Array,
  angles: Angles,
  options: { readonly rotation: Rotation; readonly factor: number; readonly output: Float32Array },
): void {
  const { rotation, factor, output } = options;
  const { cosines, sines } = angles;
  const half = cosines.length;
  const [stride, distance] = rotation.isTraditional ? [2, 1] : [1, half];
  for (let pair = 0; pair < half; pair++) {
    const at = pair * stride;
    const first = Math.fround((input[at] ?? 0) * rotation.magnitude);
    const second = Math.fround((input[at + distance] ?? 0) * rotation.magnitude);
    const cosine = cosines[pair] ?? 0;
    const sine = sines[pair] ?? 0;
    output[at] = Math.fround(Math.fround(first * cosine) - Math.fround(second * sine)) * factor;
    output[at + distance] =
      Math.fround(Math.fround(first * sine) + Math.fround(second * cosine)) * factor;
  }
  multiplyBy(input.subarray(half * 2), factor, output.subarray(half * 2));
}

/** Multiplies a vector with a number. */
export function multiplyBy(input: Float32Array, factor: number, output: Float32Array): void {
  for (let index = 0; index < input.length; index++) output[index] = (input[index] ?? 0) * factor;
}

/** Bends numbers so that they stay below `cap`, in place. */
export function bend(numbers: Float32Array, cap: number): void {
  for (let index = 0; index < numbers.length; index++) {
    const part = Math.fround((numbers[index] ?? 0) / cap);
    numbers[index] = Math.fround(Math.tanh(part)) * cap;
  }
}

/** Turns scores into shares that add up to 1, in place. */
export function softmax(scores: Float32Array): void {
  let highest = -Infinity;
  for (const score of scores) if (score > highest) highest = score;
  let sum = 0;
  for (let index = 0; index < scores.length; index++) {
    const power = Math.fround(Math.exp(Math.fround((scores[index] ?? 0) - highest)));
    scores[index] = power;
    sum += power;
  }
  const factor = Math.fround(1 / sum);
  for (let index = 0; index < scores.length; index++) {
    scores[index] = (scores[index] ?? 0) * factor;
  }
}

/** Multiplies each gate's `x * sigmoid(x)` with what goes through it, in place of the gate. */
export function swiGlu(gate: Float32Array, up: Float32Array): void {
  for (let index = 0; index < gate.length; index++) {
    const value = gate[index] ?? 0;
    const sigmoid = Math.fround(1 / (1 + Math.exp(-value)));
    gate[index] = Math.fround(value * sigmoid) * (up[index] ?? 0);
  }
}

const GELU_FACTOR = Math.fround(Math.sqrt(2 / Math.PI));

/** Multiplies each gate's approximate GELU with what goes through it, in place of the gate. */
export function geGlu(gate: Float32Array, up: Float32Array): void {
  for (let index = 0; index < gate.length; index++) {
    const value = gate[index] ?? 0;
    const inner = value + Math.fround(0.044715) * value * value * value;
    const bent = Math.fround(1 + Math.tanh(Math.fround(GELU_FACTOR * inner)));
    gate[index] = Math.fround(Math.fround(0.5 * value) * bent) * (up[index] ?? 0);
  }
}

/** Adds a vector to another in place, times a factor. */
export function addTo(target: Float32Array, other: Float32Array, factor = 1): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] ?? 0) + Math.fround((other[index] ?? 0) * factor);
  }
}
