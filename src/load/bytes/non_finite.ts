/** Bits that are all set in infinities and in NaNs: the exponent. */
const EXPONENT_MASKS: Readonly<Record<string, number>> = {
  F16: 0x7c00,
  BF16: 0x7f80,
  F32: 0x7f800000,
};

/** Words that are looked at together; in most models none of them has anything to count. */
const BLOCK_WORDS = 1024;

/**
 * Counts infinities and NaNs, of which other dtypes than those of the table have none: `LOAD-NAN`.
 *
 * @param bytes whole little-endian values, beginning at a multiple of four in their buffer
 */
export function countNonFinite(bytes: Uint8Array, dtype: string): number {
  const mask = EXPONENT_MASKS[dtype];
  if (mask === undefined) return 0;
  const { buffer, byteOffset, byteLength } = bytes;
  const words = new Uint32Array(buffer, byteOffset, byteLength >> 2);
  const values = dtype === "F32" ? words : new Uint16Array(buffer, byteOffset, byteLength >> 1);
  const valuesPerWord = dtype === "F32" ? 1 : 2;
  let count = 0;
  for (let start = 0; start < words.length; start += BLOCK_WORDS) {
    const end = Math.min(start + BLOCK_WORDS, words.length);
    if (hasFullExponent(words, { start, end, mask, valuesPerWord }))
      count += countFullExponents(values, {
        start: start * valuesPerWord,
        end: end * valuesPerWord,
        mask,
      });
  }
  // A last value of 16 bits that fills no word.
  const rest = { start: words.length * valuesPerWord, end: values.length, mask };
  return count + countFullExponents(values, rest);
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly mask: number;
}

/**
 * Whether any value of some words has all bits of its exponent set. The lowest bit of an exponent of ones, added to it,
 * carries into the bit of the sign, which the mask has cleared; no other exponent reaches it. So one addition asks both
 * values of a word, and no word is branched on.
 */
function hasFullExponent(
  words: Uint32Array,
  { start, end, mask, valuesPerWord }: Part & { readonly valuesPerWord: number },
): boolean {
  const both = valuesPerWord === 1 ? mask : mask | (mask << 16);
  const lowest = both & -both;
  const step = valuesPerWord === 1 ? lowest : lowest | (lowest << 16);
  const signs = valuesPerWord === 1 ? 0x80000000 : 0x80008000;
  let carried = 0;
  for (let index = start; index < end; index++) carried |= ((words[index] ?? 0) & both) + step;
  return (carried & signs) !== 0;
}

function countFullExponents(values: Uint16Array | Uint32Array, { start, end, mask }: Part): number {
  let count = 0;
  for (let index = start; index < end; index++) {
    // Masking makes a signed number of 32 bits, which the mask itself is too: both are positive.
    if (((values[index] ?? 0) & mask) === mask) count += 1;
  }
  return count;
}
