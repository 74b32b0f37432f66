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
