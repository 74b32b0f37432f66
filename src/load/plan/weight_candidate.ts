/** A weight file that lies somewhere in a model's directory. */
export interface WeightCandidate {
  /** Path relative to the model's directory. */
  readonly path: string;
  /** Names of its tensors; undefined when its header cannot be read. */
  readonly tensors: ReadonlySet<string> | undefined;
  /** Whether a marker or a downloader's metadata names it. */
  readonly recorded: boolean;
}

/** What decides which weight files belong to a model. */
export interface SelectWeightsInput {
  readonly candidates: readonly WeightCandidate[];
  /** Tensor name to file, from `model.safetensors.index.json`. */
  readonly weightMap: ReadonlyMap<string, string> | undefined;
  /** Tensors that the architecture must have, whether packed or not; undefined when it is not known. */
  readonly wanted: ReadonlySet<string> | undefined;
  /** Top-level weight files that a marker or a downloader's metadata names, also absent ones. */
  readonly recordedPaths: readonly string[];
}
