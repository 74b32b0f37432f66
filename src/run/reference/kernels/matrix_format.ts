import type { QuantizationSettings } from "../../../load/config/read_quantization.ts";

/** How a matrix lies in memory: packed by one of MLX's modes, "affine" with so many bits, or in floats. */
export type MatrixFormat =
  | "affine1"
  | "affine2"
  | "affine3"
  | "affine4"
  | "affine5"
  | "affine6"
  | "affine8"
  | "mxfp4"
  | "mxfp8"
  | "nvfp4"
  | "F32"
  | "F16"
  | "BF16";

/** Bits of one weight. */
export const FORMAT_BITS = {
  affine1: 1,
  affine2: 2,
  affine3: 3,
  affine4: 4,
  affine5: 5,
  affine6: 6,
  affine8: 8,
  mxfp4: 4,
  mxfp8: 8,
  nvfp4: 4,
  F32: 32,
  F16: 16,
  BF16: 16,
} as const satisfies Record<MatrixFormat, number>;

/** All formats, packed ones first. */
export const MATRIX_FORMATS = Object.keys(FORMAT_BITS) as readonly MatrixFormat[];

/** Rows of floats are filled with zeros to a multiple of so many columns. */
export const COLUMN_BLOCK = 16;

/** The format of a packed matrix; undefined for bits that MLX does not have. */
export function packedFormat({ mode, bits }: Omit<QuantizationSettings, "groupSize">) {
  const name = mode === "affine" ? `affine${bits}` : mode;
  return MATRIX_FORMATS.find((format) => format === name);
}

/** Whether weights are codes with scales. */
export function isPacked(format: MatrixFormat): boolean {
  return format !== "F32" && format !== "F16" && format !== "BF16";
}

/** The next multiple of {@linkcode COLUMN_BLOCK}. */
export function paddedColumns(columns: number): number {
  return Math.ceil(columns / COLUMN_BLOCK) * COLUMN_BLOCK;
}
