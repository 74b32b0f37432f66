import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KNOWN_SUBJECTS } from "./known_subjects.ts";

const ADAPTERS = fileURLToPath(new URL("./adapters/", import.meta.url));

/**
 * Finds the list of known deviations beside the adapter of a known subject: `naive_curl.deviations.json` for `naive-curl`.
 *
 * @returns its path, or undefined when there is no list or no such subject
 */
export function deviationsBeside(subject: string): string | undefined {
  if (!KNOWN_SUBJECTS.some(({ name }) => name === subject)) return undefined;
  const path = `${ADAPTERS}${subject.replaceAll("-", "_")}.deviations.json`;
  return existsSync(path) ? path : undefined;
}
