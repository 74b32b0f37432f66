import { assertJsonLimits, type JsonLimits } from "./json_meter.ts";

/**
 * `JSON.parse` for a text that somebody else wrote: what nests too deep or holds too much is refused unparsed.
 *
 * @throws {SyntaxError} when it is not JSON; {@linkcode JsonLimitError}, which is one, when it is too much of it
 */
export function parseJsonText(text: string, limits: JsonLimits = {}): unknown {
  assertJsonLimits(text, limits);
  return JSON.parse(text);
}
