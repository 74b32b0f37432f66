/** One file of a model repository, as a hub would list it. */
export interface ModelFile {
  /** Repository-relative path, with `/`. */
  readonly path: string;
  /** Shared between models that are drawn twice: never written to. */
  readonly bytes: Uint8Array;
  /** Whether the repository stores it with git-lfs, so that the hub lists a SHA-256. */
  readonly lfs: boolean;
}

/** A model that a real MLX runtime loads, small enough to be made thousands of times. */
export interface TinyModel {
  readonly files: readonly ModelFile[];
  /** Paths of the weight files, in the order of the shards. */
  readonly weightFiles: readonly string[];
  /** What `config.json` says. */
  readonly config: Readonly<Record<string, unknown>>;
  /** One line that names the model's parameters in a report. */
  readonly label: string;
}
