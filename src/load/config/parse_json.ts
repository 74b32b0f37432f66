import { endOfString } from "./find_duplicate_key.ts";
import { assertJsonLimits, JsonLimitError, type JsonLimits } from "../../limits/json_meter.ts";

/** Whether a value is an object that JSON writes with braces. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses a model's JSON file as strictly as the runtimes do: UTF-8 without a byte order mark, no comments.
 *
 * `NaN` and `Infinity` outside of strings become `null`: real configurations have them, and the runtimes take them.
 *
 * @throws {JsonLimitError} when it nests too deep or holds too much
 * @throws SyntaxError when the text is not JSON, TypeError when the bytes are not UTF-8
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = {}): unknown {
  assertJsonLimits(bytes, limits);
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !/NaN|Infinity/.test(text)) throw error;
    return JSON.parse(nullsForNonFinite(text));
  }
}

/** What is wrong with a text that {@linkcode parseJson} refuses. @throws the error, when it is about something else */
export function whyNotJson(error: unknown): string {
  if (error instanceof JsonLimitError) return `It is not JSON of a sane size: ${error.message}`;
  if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  return `It is not JSON in UTF-8: ${error.message}`;
}

/** Outside of strings, the three words that Python's json module writes and reads become `null`. */
function nullsForNonFinite(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    parts.push(text.slice(at, end).replace(/-?\bInfinity\b|\bNaN\b/g, "null"));
    at = quote === -1 ? end : endOfString(text, quote);
    parts.push(text.slice(end, at));
  }
  return parts.join("");
}
