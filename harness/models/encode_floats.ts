/** Float formats in which MLX models keep their unpacked tensors. */
export type FloatDtype = "F32" | "F16" | "BF16";

/** Writes float32 numbers as little-endian bytes of the given format, rounded to nearest, ties to even. */
export function encodeFloats(numbers: Float32Array, dtype: FloatDtype): Uint8Array {
  if (dtype === "F32") {
    const bytes = new Uint8Array(numbers.length * 4);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < numbers.length; index++) {
      view.setFloat32(index * 4, numbers[index] ?? 0, true);
    }
    return bytes;
  }
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const bytes = new Uint8Array(numbers.length * 2);
  const view = new DataView(bytes.buffer);
  // Two loops, so that each has its one function in it.
  if (dtype === "BF16") {
    for (let index = 0; index < words.length; index++)
      view.setUint16(index * 2, bfloat16Bits(words[index] ?? 0), true);
  } else {
    for (let index = 0; index < words.length; index++)
      view.setUint16(index * 2, float16Bits(words[index] ?? 0), true);
  }
  return bytes;
}

function bfloat16Bits(word: number): number {
  if ((word & 0x7fffffff) > 0x7f800000) {
    return (word >>> 16) | 0x40;
  }
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

function float16Bits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    return sign | 0x7e00;
  }
  if (magnitude >= 0x477ff000) {
    return sign | 0x7c00;
  }
  if (magnitude < 0x38800000) {
    // Below the smallest normal number: shift the mantissa to the fixed exponent of subnormals.
    const shift = 126 - (magnitude >>> 23);
    if (shift > 24) {
      return sign;
    }
    return sign | roundedShift((magnitude & 0x7fffff) | 0x800000, shift);
  }
  return sign | roundedShift(magnitude - 0x38000000, 13);
}

function roundedShift(value: number, bits: number): number {
  const kept = value >>> bits;
  const rest = value & ((1 << bits) - 1);
  const half = 1 << (bits - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
