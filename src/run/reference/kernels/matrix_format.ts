/** How a matrix lies in memory: packed by MLX's mode "affine" with so many bits, or in floats. */
export type MatrixFormat =
  | "affine1"
  | "affine2"
  | "affine3"
  | "affine4"
  | "affine5"
  | "affine6"
  | "affine8"
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
  F32: 32,
  F16: 16,
  BF16: 16,
} as const satisfies Record<MatrixFormat, number>;

/** All formats, packed ones first. */
export const MATRIX_FORMATS = Object.keys(FORMAT_BITS) as readonly MatrixFormat[];

/** Rows of floats are filled with zeros to a multiple of so many columns. */
export const COLUMN_BLOCK = 16;

/** The format of a packed matrix; undefined for bits that MLX does not have. */
export function affineFormat(bits: number): MatrixFormat | undefined {
  return MATRIX_FORMATS.find((format) => format === `affine${bits}`);
}

/** Whether weights are codes with scales and biases. */
export function isAffine(format: MatrixFormat): boolean {
  return format.startsWith("affine");
}

/** The next multiple of {@linkcode COLUMN_BLOCK}. */
export function paddedColumns(columns: number): number {
  return Math.ceil(columns / COLUMN_BLOCK) * COLUMN_BLOCK;
}
