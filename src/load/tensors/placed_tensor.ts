import type { CheckCause } from "../../../spec/mod.ts";
import type { TensorEntry } from "../bytes/parse_safetensors_header.ts";

/** A tensor and the file that holds it. */
export interface PlacedTensor extends TensorEntry {
  /** Path relative to the model's directory. */
  readonly file: string;
}

/** The tensors of all weight files that belong to a model. */
export type PlacedTensors = ReadonlyMap<string, PlacedTensor>;

/** One contradiction between the weights and the configuration. */
export interface TensorFault {
  readonly cause: CheckCause;
  readonly tensor: string;
  readonly detail: string;
  /** Whether a runtime loads it all the same. @default {"error"} */
  readonly level?: "warning";
}
