/** Where the numbers of one tensor come from, and how far they lie from the centre. */
export interface SeededNumbersOptions {
  /** Same seed and name, same numbers. */
  readonly seed: number;
  readonly name: string;
  /** @default {0} */
  readonly center?: number;
  /** Half the width of the interval around the centre. */
  readonly spread: number;
}

/**
 * Makes evenly spread float32 numbers from a seed and a name, so that a tensor has the same values
 * whatever shard, order or dtype it is written in.
 */
export function seededNumbers(count: number, options: SeededNumbersOptions): Float32Array {
  const { seed, name, center = 0, spread } = options;
  // FNV-1a over the name, then xorshift32: quality does not matter here, speed and portability do.
  let state = (0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0;
  for (let index = 0; index < name.length; index++) {
    state = Math.imul(state ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  state = state === 0 ? 1 : state;
  const numbers = new Float32Array(count);
  const step = (2 * spread) / 0x1_0000_0000;
  for (let index = 0; index < count; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    numbers[index] = center + (state >>> 0) * step - spread;
  }
  return numbers;
}
