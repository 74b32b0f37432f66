import { DEFAULT_PATTERNS, fnmatch } from "../../spec/mod.ts";
import type { ModelFile } from "../models/mod.ts";

/** The files that a request without patterns of its own must bring. */
export function wantedFiles(
  files: readonly ModelFile[],
  patterns: readonly string[] = DEFAULT_PATTERNS,
): ModelFile[] {
  return files.filter(({ path }) => patterns.some((pattern) => fnmatch(pattern, path)));
}
