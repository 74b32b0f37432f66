/**
 * The meaning of a file pattern, executable: `LAYOUT-PATTERN`.
 *
 * @module
 */

/** What one place in a pattern stands for: a run of characters, or one character of a kind. */
type Token = "run" | { readonly matches: (char: string) => boolean };

/**
 * Checks whether a repository path matches a pattern, as POSIX `fnmatch(pattern, path, 0)` does:
 * `*` and `?` also match `/` and a leading dot, brackets are sets, and case counts.
 *
 * Unlike C's `fnmatch`, a backslash is an ordinary character, as in Python's `fnmatchcase`,
 * because repository paths with backslashes are refused anyway. A character is a Unicode
 * code point, and no form of normalization is applied.
 *
 * @param pattern the pattern, for example `*.safetensors`
 * @param path the repository-relative path
 * @returns whether the whole path matches
 *
 * @example Usage
 * ```ts
 * import { fnmatch } from "mlx-layout/spec";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fnmatch("*.json", "1_Pooling/config.json"), true);
 * assert.equal(fnmatch("*.json", "CONFIG.JSON"), false);
 * ```
 */
export function fnmatch(pattern: string, path: string): boolean {
  const tokens = compiled(pattern);
  const chars = Array.from(path);
  let token = 0;
  let char = 0;
  // Only the last run may have to grow: an earlier one has already found its shortest fit. That
  // bounds the time by pattern × path, which a backtracking regular expression does not.
  let afterRun = -1;
  let runEnd = 0;
  while (char < chars.length) {
    const wanted = tokens[token];
    const current = chars[char] ?? "";
    if (wanted === "run") {
      token++;
      afterRun = token;
      runEnd = char;
    } else if (wanted?.matches(current) === true) {
      token++;
      char++;
    } else if (afterRun !== -1) {
      runEnd++;
      char = runEnd;
      token = afterRun;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === "run");
}

/** Patterns are few and paths are many, so a pattern is taken apart once. */
const COMPILED_MAX = 256;
const compiledPatterns = new Map<string, readonly Token[]>();

function compiled(pattern: string): readonly Token[] {
  const known = compiledPatterns.get(pattern);
  if (known !== undefined) return known;
  const tokens = tokensOf(Array.from(pattern));
  // A caller that passes ever new patterns must not fill the memory with them.
  if (compiledPatterns.size === COMPILED_MAX) compiledPatterns.clear();
  compiledPatterns.set(pattern, tokens);
  return tokens;
}

function tokensOf(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const char = pattern[at] ?? "";
    const end = char === "[" ? closingBracket(pattern, at) : -1;
    if (char === "*") tokens.push("run");
    else if (char === "?") tokens.push({ matches: () => true });
    else if (end !== -1) tokens.push({ matches: setOf(pattern.slice(at + 1, end)) });
    else tokens.push({ matches: (other) => other === char });
    at = end === -1 ? at + 1 : end + 1;
  }
  return tokens;
}

/** A `]` directly after `[` or `[!` is a member of the set, not its end; -1 when nothing ends it. */
function closingBracket(pattern: readonly string[], open: number): number {
  let from = open + 1;
  if (pattern[from] === "!") from++;
  if (pattern[from] === "]") from++;
  return pattern.indexOf("]", from);
}

function setOf(body: readonly string[]): (char: string) => boolean {
  const negated = body[0] === "!";
  const members = negated ? body.slice(1) : body;
  const ranges: [low: number, high: number][] = [];
  let at = 0;
  while (at < members.length) {
    // A hyphen that is first or last, or that follows a range, is a member itself.
    const isRange = members[at + 1] === "-" && at + 2 < members.length;
    const low = codePointOf(members[at]);
    ranges.push([low, isRange ? codePointOf(members[at + 2]) : low]);
    at += isRange ? 3 : 1;
  }
  // A range whose ends are the wrong way round, such as [b-a], holds nothing.
  return (char) => {
    const point = codePointOf(char);
    return ranges.some(([low, high]) => low <= point && point <= high) !== negated;
  };
}

/** Code points rather than UTF-16 units, whose order differs beyond the first plane. */
function codePointOf(char: string | undefined): number {
  return char?.codePointAt(0) ?? -1;
}
