import type { Dtype } from "./write_safetensors.ts";

/**
 * Reads little-endian numbers of a float format.
 *
 * @throws {RangeError} for a dtype that is not one of MLX's floats
 */
export function decodeFloats(data: Uint8Array, dtype: Dtype): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (dtype === "F32") {
    return Float32Array.from({ length: data.length / 4 }, (_, at) => view.getFloat32(at * 4, true));
  }
  if (dtype !== "F16" && dtype !== "BF16") {
    throw new RangeError(`Cannot read ${dtype} as floats`);
  }
  const toFloat = dtype === "F16" ? float16 : bfloat16;
  return Float32Array.from({ length: data.length / 2 }, (_, at) =>
    toFloat(view.getUint16(at * 2, true)),
  );
}

function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
