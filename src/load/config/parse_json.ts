/** Whether a value is an object that JSON writes with braces. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A string, or one of the three words that Python's json module writes and reads.
const NON_FINITE_REGEXP = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses a model's JSON file as strictly as the runtimes do: UTF-8 without a byte order mark, no comments.
 *
 * `NaN` and `Infinity` outside of strings become `null`: real configurations have them, and the runtimes take them.
 *
 * @throws SyntaxError when the text is not JSON, TypeError when the bytes are not UTF-8
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(
      text.replace(NON_FINITE_REGEXP, (match) => (match.startsWith('"') ? match : "null")),
    );
  }
}
