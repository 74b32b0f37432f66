/**
 * The programs of this package that can be tested by name.
 *
 * @module
 */

/** The reference as a program, with the arguments of its adapter. */
export const REFERENCE_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "reference-process": [],
  "reference-hf-cache": ["--layout", "hf-cache"],
};

/** A runtime's own downloader behind the reference's checks; the runtime must be installed. */
export const DELEGATED_PROGRAMS: Readonly<Record<string, string>> = {
  "delegated-mlx-lm": "mlx-lm",
  "delegated-mlx-swift": "mlx-swift",
};
