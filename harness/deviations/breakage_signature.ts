import type { BrokenPromise } from "../scenario/scenario_result.ts";

/** Longest signature. */
const SIGNATURE_LENGTH_MAX = 240;

/** Longest line that is searched. */
const LINE_LENGTH_MAX = 1000;

/** The same words twice or more in a list. */
const REPEATED_REGEXP = /(?<=^|, )([^,]{3,100})(?:, \1)+(?=,|$)/g;

/** What varies from run to run and from case to case, in the order in which it is replaced. */
const VARYING: readonly (readonly [regExp: RegExp, name: string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>)\]}]+/gi, "<url>"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, "<hash>"],
  [/(?<![\w<])[A-Za-z]:\\[^\s"'`,;:)]*/g, "<path>"],
  [/(?<![\w<])(?:[\w.@~%+-]*\/)+[\w.@~%+-]*/g, "<path>"],
  // Seven hexadecimal digits with a number among them: a commit or a digest, not a word.
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi, "<hash>"],
  [/\b[\w-]+(?:\.[\w-]+)*:\d{2,5}\b/g, "<host>"],
  [/\b[\w-]+\.(?:safetensors|json|jinja|txt|model|metadata|py|md|bin|gguf)\b/g, "<path>"],
  [/-?\d+(?:\.\d+)?/g, "<n>"],
];

/**
 * Identifies a failure independently of its case: the requirement, and what was seen without numbers, hashes, paths,
 * hosts and times. Two runs with other seeds give the same defect the same signature.
 *
 * @example
 * ```ts
 * import { breakageSignature } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * const signature = breakageSignature({
 *   requirement: "DL-INTEGRITY",
 *   detail: 'it published "model.safetensors" with 4096 of 8192 bytes',
 * });
 * assert.equal(signature, "DL-INTEGRITY: it published <path> with <n> of <n> bytes");
 * ```
 */
export function breakageSignature(breakage: Pick<BrokenPromise, "requirement" | "detail">): string {
  // After the first line comes a stack, which differs between machines.
  const line = (breakage.detail.split("\n")[0] ?? "").slice(0, LINE_LENGTH_MAX);
  // A name in quotes is a file, a directory or a repository when it has a slash or an extension.
  const unquoted = line.replaceAll(/"[^"]*"/g, (quoted) =>
    /[/\\.]/.test(quoted) ? "<path>" : quoted,
  );
  const normal = VARYING.reduce((text, [regExp, name]) => text.replaceAll(regExp, name), unquoted);
  // The number of equal files depends on the case.
  const detail = normal.replaceAll(/\s+/g, " ").trim().replaceAll(REPEATED_REGEXP, "$1, …");
  return `${breakage.requirement ?? "none"}: ${detail}`.slice(0, SIGNATURE_LENGTH_MAX);
}
