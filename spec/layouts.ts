/**
 * Where each layout puts a model: `LAYOUT-PATH`, `LAYOUT-FLAT`, `LAYOUT-HFCACHE`.
 *
 * @module
 */

/** Every layout, with the path of a model's directory. */
export const LAYOUTS = {
  hubapi: "{root}/models/{org}/{name}",
  lmstudio: "{root}/{org}/{name}",
  flat: "{root}/{model id}",
  "hf-cache": "{root}/models--{org}--{name}/snapshots/{commit}",
} as const satisfies Record<string, string>;

/** One of the layouts. */
export type Layout = keyof typeof LAYOUTS;

/** A layout that has one directory for each repository, named by its organization and name. */
export type RepositoryLayout = Exclude<Layout, "flat" | "hf-cache">;

/** The layouts that a model can be moved to. */
export const REPOSITORY_LAYOUTS: readonly RepositoryLayout[] = Object.keys(LAYOUTS).filter(
  (layout): layout is RepositoryLayout => layout !== "flat" && layout !== "hf-cache",
);

/** File patterns of a request that names none: what the MLX runtimes read (fnmatch). */
export const DEFAULT_PATTERNS: readonly string[] = [
  "*.safetensors",
  "*.json",
  "*.jinja",
  "tokenizer.model",
  "tiktoken.model",
  "*.tiktoken",
  "merges.txt",
  "vocab.txt",
];

/** A part that every model directory has, and the top-level names that supply it (fnmatch). */
export const REQUIRED_PARTS = {
  config: ["config.json"],
  weights: ["*.safetensors"],
  tokenizer: ["tokenizer.json", "tokenizer.model", "tiktoken.model", "*.tiktoken"],
  "tokenizer config": ["tokenizer_config.json"],
} as const satisfies Record<string, readonly string[]>;

/** One of the required parts. */
export type RequiredPart = keyof typeof REQUIRED_PARTS;

/** Name of the marker in a model directory. */
export const MARKER_NAME = ".downloaded";

/** Directory, below the model's, of the metadata that Swift's and Python's clients read. */
export const METADATA_DIRECTORY = ".cache/huggingface/download";

/** A content hash: `sha256:` of the bytes, or `git-sha1:` of the bytes as a git blob. */
export type Digest = `sha256:${string}` | `git-sha1:${string}`;

/** One file that a marker vouches for. */
export interface MarkerFile {
  /** Repository-relative path, with `/`. */
  readonly path: string;
  /** Its size in bytes. */
  readonly sizeBytes: number;
  /** The hash of its content. */
  readonly digest: Digest;
  /** Time of the file's last change when it was verified, in milliseconds. */
  readonly modifiedMs: number;
}

/**
 * What a `.downloaded` marker says, as JSON in UTF-8. Every path in it is relative: `LAYOUT-RELATIVE`.
 */
export interface Marker {
  /** The marker's format and version. */
  readonly format: "mlx-layout/1";
  /** Repository, or the URL that the files came from. */
  readonly source: string;
  /** The revision as it was asked for; empty for a URL. */
  readonly revision: string;
  /** The commit that it meant; empty for a URL. */
  readonly commit: string;
  /** Patterns of the files that were wanted (fnmatch). */
  readonly include: readonly string[];
  /** Patterns of the files that were left out (fnmatch). */
  readonly exclude: readonly string[];
  /** The files that were verified, ordered by path. */
  readonly files: readonly MarkerFile[];
}
