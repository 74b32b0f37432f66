import type { TensorEntry } from "../../../load/bytes/parse_safetensors_header.ts";

/** A tensor in a weight file. */
export interface TensorSource {
  /** The file's absolute path. */
  readonly file: string;
  /** Its first byte, from the start of the file. */
  readonly position: number;
  readonly entry: TensorEntry;
}

/** How numbers that become float32 on the way are written: as floats of the tensor's dtype, or as scales of 8 bits. */
export type NumberCode = "float" | "e8m0" | "e4m3";

/** One tensor's way from its file to the memory. */
export interface TensorCopy {
  readonly name: string;
  readonly source: TensorSource;
  readonly segment: number;
  readonly offset: number;
  /** Set where the numbers become float32 on the way. */
  readonly toFloat32?: NumberCode;
  /** Rows of this many bytes get `stride` bytes each; absent where they follow each other in the file too. */
  readonly rows?: { readonly sizeBytes: number; readonly strideBytes: number };
}

/** Where all weights go. */
export interface PlacedWeights {
  readonly segmentBytes: readonly number[];
  readonly copies: readonly TensorCopy[];
}
