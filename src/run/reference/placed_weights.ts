import type { TensorEntry } from "../../load/bytes/parse_safetensors_header.ts";
import type { PlacedMatrix, PlacedVector } from "./engine_plan.ts";

/** A tensor in a weight file. */
export interface TensorSource {
  /** The file's absolute path. */
  readonly file: string;
  /** Its first byte, from the start of the file. */
  readonly position: number;
  readonly entry: TensorEntry;
}

/** One tensor's way from its file to the memory. */
export interface TensorCopy {
  readonly name: string;
  readonly source: TensorSource;
  readonly segment: number;
  readonly offset: number;
  /** Whether its floats of 16 bits become float32 on the way. */
  readonly toFloat32: boolean;
  /** Rows of this many bytes get `stride` bytes each; absent where they follow each other in the file too. */
  readonly rows?: { readonly sizeBytes: number; readonly strideBytes: number };
}

/** Where all weights go. */
export interface PlacedWeights {
  readonly segmentBytes: readonly number[];
  readonly copies: readonly TensorCopy[];
  /** By layer, such as `model.layers.0.mlp.up_proj`. */
  readonly matrices: ReadonlyMap<string, PlacedMatrix>;
  /** By layer, such as `model.norm`. */
  readonly vectors: ReadonlyMap<string, PlacedVector>;
}
