const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What a JSON text may be made of before it is parsed. */
export interface JsonLimits {
  /** How many lists and objects may be open at once. @default {64} */
  readonly depthMax?: number | undefined;
  /** How many values there may be, lists and objects included. @default {8,000,000} */
  readonly valuesMax?: number | undefined;
  /** How many bytes one string may have. @default {no limit} */
  readonly stringBytesMax?: number | undefined;
}

/** No format that is read here nests deeper than ten levels. */
const DEPTH_MAX = 64;
/** The header of a file with a million tensors; parsed, a value takes up to 64 bytes. */
const VALUES_MAX = 8_000_000;

/**
 * Counts what a JSON text is made of while it arrives, so that a text that would not fit in memory is refused before
 * it is parsed. It takes time in proportion to the text, and does not say whether the text is JSON.
 */
export class JsonMeter {
  readonly #limits: Required<{ [Name in keyof JsonLimits]: number }>;
  #depth = 0;
  #values = 1;
  #stringBytes = 0;
  #isInString = false;
  #isEscaped = false;

  constructor(limits: JsonLimits = {}) {
    this.#limits = {
      depthMax: limits.depthMax ?? DEPTH_MAX,
      valuesMax: limits.valuesMax ?? VALUES_MAX,
      stringBytesMax: limits.stringBytesMax ?? Number.POSITIVE_INFINITY,
    };
  }

  /**
   * Counts the next part of the text, as bytes or as characters.
   *
   * @returns what there is too much of, as the end of a sentence, or undefined
   */
  take(part: Uint8Array | string): string | undefined {
    const { depthMax, valuesMax, stringBytesMax } = this.#limits;
    for (let at = 0; at < part.length; at++) {
      const code = typeof part === "string" ? part.charCodeAt(at) : (part[at] ?? 0);
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === QUOTE) this.#isInString = false;
        if (++this.#stringBytes > stringBytesMax)
          return `it has a string of more than ${stringBytesMax} bytes`;
      } else if (code === QUOTE) {
        this.#isInString = true;
        this.#stringBytes = 0;
      } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
        this.#values++;
        if (++this.#depth > depthMax) return `it nests deeper than ${depthMax} levels`;
      } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
        this.#depth--;
      } else if (code === COMMA) {
        this.#values++;
      }
      if (this.#values > valuesMax) return `it has more than ${valuesMax} values`;
    }
    return undefined;
  }
}

/** A JSON text that is not parsed, as it would take too much memory. */
export class JsonLimitError extends SyntaxError {
  override readonly name = "JsonLimitError";
}

/**
 * Refuses a JSON text that nests too deep or holds too much, before it is parsed.
 *
 * @throws {JsonLimitError}
 */
export function assertJsonLimits(text: Uint8Array | string, limits: JsonLimits = {}): void {
  const fault = new JsonMeter(limits).take(text);
  if (fault !== undefined) throw new JsonLimitError(`it was not parsed: ${fault}`);
}
