import { Tokenizer } from "@huggingface/tokenizers";
import { isRecord, parseJson, whyNotJson } from "./config/parse_json.ts";
import { tokenizerFaults } from "./tokenizer_faults.ts";

/** The files of a tokenizer. */
export interface CheckTokenizerInput {
  /** Bytes of `tokenizer.json`. */
  readonly tokenizer: Uint8Array;
  /** Bytes of `tokenizer_config.json`, if there is one. */
  readonly config: Uint8Array | undefined;
  /** How many tokens the model has rows for, if that is known. */
  readonly vocabularySize: number | undefined;
}

/** One thing wrong with a tokenizer. */
export interface TokenizerFault {
  readonly file: "tokenizer.json" | "tokenizer_config.json";
  readonly detail: string;
  readonly level: "error" | "warning";
}

/** The largest known tokenizers have 1,900,000: 262,144 tokens and 515,000 merges of two. */
const TOKENIZER_LIMITS = { valuesMax: 2_800_000 };

const SAMPLE = "Hello, world! 123";

/** How many tokens of the vocabulary make the second sample. */
const SAMPLE_TOKENS = 16;

/**
 * Opens a tokenizer, encodes and decodes text with it, and compares its ids with the model: `LOAD-TOKENIZER`.
 *
 * One sample is text; the other is made from the vocabulary, for tokenizers that know little.
 */
export function checkTokenizer(input: CheckTokenizerInput): TokenizerFault[] {
  const faults: TokenizerFault[] = [];
  const parse = (file: TokenizerFault["file"], bytes: Uint8Array) => {
    let why = "It is JSON, but not an object";
    try {
      const json = parseJson(bytes, TOKENIZER_LIMITS);
      if (isRecord(json)) return json;
    } catch (error) {
      why = whyNotJson(error);
    }
    faults.push({ file, detail: why, level: "error" });
    return undefined;
  };
  const json = parse("tokenizer.json", input.tokenizer);
  const config = input.config === undefined ? {} : parse("tokenizer_config.json", input.config);
  if (json === undefined) return faults;
  const known = tokenizerFaults(json);
  if (known.length > 0) {
    for (const detail of known) faults.push({ file: "tokenizer.json", detail, level: "error" });
    return faults;
  }
  try {
    faults.push(...useTokenizer(json, config ?? {}, input.vocabularySize));
  } catch (error) {
    // The library throws whatever its parts throw. It has fewer parts and patterns than the one that Python uses.
    if (!(error instanceof Error)) throw error;
    const detail = `It was not tried: @huggingface/tokenizers cannot encode and decode text with it, which the library of Python or Swift may do: ${error.message}`;
    faults.push({ file: "tokenizer.json", detail, level: "warning" });
  }
  return faults;
}

function useTokenizer(
  json: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>>,
  vocabularySize: number | undefined,
): TokenizerFault[] {
  const tokenizer = new Tokenizer(json, config);
  const faults: TokenizerFault[] = [];
  const report = (detail: string, level: TokenizerFault["level"] = "error") =>
    faults.push({ file: "tokenizer.json", detail, level });

  const vocabulary = [...tokenizer.get_vocab(true).values()];
  const added = tokenizer.get_added_tokens_decoder();
  const ordinary = vocabulary.filter((id) => !added.has(id));
  const known = tokenizer.decode(ordinary.slice(0, SAMPLE_TOKENS), { skip_special_tokens: false });
  for (const text of [SAMPLE, known]) {
    // The library has no id for what a tokenizer does not know, where others have the unknown token's.
    const encoded: readonly unknown[] = tokenizer.encode(text, { add_special_tokens: false }).ids;
    const ids = encoded.filter(isId);
    if (ids.length === 0 && text === known) {
      report("It encodes text of its own tokens to nothing, as read here", "warning");
    }
    const outside = ids.find((id) => vocabularySize !== undefined && id >= vocabularySize);
    if (outside !== undefined) {
      report(`It encodes text to the id ${outside}, but the model has ${vocabularySize} tokens`);
      return faults;
    }
    if (ids.length > 0 && tokenizer.decode(ids) === "") {
      report("It decodes its own ids to nothing, as read here", "warning");
    }
  }
  if (vocabularySize === undefined) return faults;
  const top = ordinary.reduce((highest, id) => Math.max(highest, id), -1);
  if (top >= vocabularySize) {
    report(`Its vocabulary reaches the id ${top}, but the model has ${vocabularySize} tokens`);
  }
  // Published models have such tokens and never use them.
  const topAdded = [...added.keys()].reduce((highest, id) => Math.max(highest, id), -1);
  if (topAdded >= vocabularySize) {
    const detail = `An added token has the id ${topAdded}, but the model has ${vocabularySize} tokens`;
    report(detail, "warning");
  }
  return faults;
}

function isId(id: unknown): id is number {
  return typeof id === "number" && Number.isSafeInteger(id) && id >= 0;
}
