/**
 * The names of the fuzzer's targets, which the command line knows before it loads them.
 *
 * @module
 */

/** The readers that are fuzzed, by their names on the command line. */
export const FUZZ_TARGET_NAMES = [
  "header",
  "config",
  "index",
  "tokenizer",
  "template",
  "directory",
  "listing",
  "link",
  "marker",
  "metadata",
  "journal",
  "event",
  "replay",
  "record",
] as const;

/** One of them. */
export type FuzzTargetName = (typeof FUZZ_TARGET_NAMES)[number];
