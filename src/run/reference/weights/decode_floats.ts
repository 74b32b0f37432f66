/** Reads little-endian floats of a safetensors dtype as float32; each is exact. */
export function decodeFloats(bytes: Uint8Array, dtype: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizeBytes = dtype === "F32" ? 4 : 2;
  const numbers = new Float32Array(bytes.byteLength / sizeBytes);
  const words = new Uint32Array(numbers.buffer);
  if (dtype === "F32") {
    for (let index = 0; index < words.length; index++) {
      words[index] = view.getUint32(index * 4, true);
    }
    return numbers;
  }
  if (dtype === "BF16") {
    for (let index = 0; index < words.length; index++) {
      words[index] = view.getUint16(index * 2, true) << 16;
    }
    return numbers;
  }
  for (let index = 0; index < words.length; index++) {
    const half = view.getUint16(index * 2, true);
    const magnitude = half & 0x7fff;
    // The exponent's bias differs by 112; subnormal numbers come out right as well.
    words[index] = magnitude << 13;
    numbers[index] = (numbers[index] ?? 0) * 2 ** 112;
    const special = magnitude >= 0x7c00 ? 0x7f800000 : 0;
    words[index] = (words[index] ?? 0) | special | ((half & 0x8000) << 16);
  }
  return numbers;
}

/**
 * Reads scales of 8 bits as float32, each exactly: powers of two ("e8m0", of mxfp4 and mxfp8), or floats with four
 * bits of exponent and three of mantissa ("e4m3", of nvfp4).
 */
export function decodeScales(bytes: Uint8Array, code: "e8m0" | "e4m3"): Float32Array {
  const table = code === "e8m0" ? POWERS : SMALL_FLOATS;
  return Float32Array.from(bytes, (byte) => table[byte] ?? Number.NaN);
}

/** As MLX has it: 255, which stands for no number, is infinity. */
const POWERS = Float32Array.from({ length: 256 }, (_, byte) => 2 ** (byte - 127));
POWERS[255] = Infinity;

const SMALL_FLOATS = Float32Array.from({ length: 256 }, (_, byte) => {
  const sign = byte < 128 ? 1 : -1;
  const exponent = (byte >> 3) & 15;
  const mantissa = byte & 7;
  if (exponent === 15 && mantissa === 7) return Number.NaN;
  const size = exponent === 0 ? mantissa / 8 / 64 : (1 + mantissa / 8) * 2 ** (exponent - 7);
  return sign * size;
});
