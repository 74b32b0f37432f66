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
  options: { readonly epsilon: number; readonly output: Float32Array },
): void {
  const { epsilon, output } = options;
  const size = weights.length;
  let squares = 0;
  for (let index = 0; index < size; index++) {
    const value = input[index] ?? 0;
    squares += value * value;
  }
  const scale = Math.fround(1 / Math.sqrt(squares / size + epsilon));
  for (let index = 0; index < size; index++) {
    output[index] = Math.fround((input[index] ?? 0) * scale) * (weights[index] ?? 0);
  }
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

/** Rotates one head of a query or key, times `factor`. */
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

/** Adds a vector to another in place. */
export function addTo(target: Float32Array, other: Float32Array): void {
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] ?? 0) + (other[index] ?? 0);
  }
}
