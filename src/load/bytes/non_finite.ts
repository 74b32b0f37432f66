/** Bits that are all set in infinities and in NaNs: the exponent. */
const EXPONENT_MASKS: Readonly<Record<string, number>> = {
  F16: 0x7c00,
  BF16: 0x7f80,
  F32: 0x7f800000,
};

/** Whether values of this dtype can be other than numbers, and {@linkcode countNonFinite} sees them. */
export function hasNonFinite(dtype: string): boolean {
  return Object.hasOwn(EXPONENT_MASKS, dtype);
}

/**
 * Counts infinities and NaNs: `LOAD-NAN`.
 *
 * @param bytes whole little-endian values, beginning at a multiple of four in their buffer
 */
export function countNonFinite(bytes: Uint8Array, dtype: string): number {
  const mask = EXPONENT_MASKS[dtype];
  if (mask === undefined) return 0;
  const { buffer, byteOffset, byteLength } = bytes;
  const values =
    dtype === "F32"
      ? new Uint32Array(buffer, byteOffset, byteLength >> 2)
      : new Uint16Array(buffer, byteOffset, byteLength >> 1);
  let count = 0;
  for (let index = 0; index < values.length; index += 1) {
    // Masking makes a signed number of 32 bits, which the mask itself is too: both are positive.
    if (((values[index] ?? 0) & mask) === mask) count += 1;
  }
  return count;
}
