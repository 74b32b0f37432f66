import { isRecord } from "./config/parse_json.ts";

/** Kinds of models that the Rust library has. */
const MODELS: ReadonlySet<string> = new Set(["BPE", "WordPiece", "WordLevel", "Unigram"]);

const TOP_KEYS: ReadonlySet<string> = new Set([
  "version",
  "truncation",
  "padding",
  "added_tokens",
  "normalizer",
  "pre_tokenizer",
  "post_processor",
  "decoder",
  "model",
]);

const ADDED_TOKEN_FLAGS = ["single_word", "lstrip", "rstrip", "normalized", "special"];

type Json = Readonly<Record<string, unknown>>;

/**
 * Finds what the Rust library `tokenizers`, with which Python opens a `tokenizer.json`, refuses by its own rules:
 * an unknown key or version, an added token without its flags, a merge of unknown tokens.
 *
 * @returns in words, the first of each kind
 */
export function tokenizerFaults(json: Json): string[] {
  const { model, version } = json;
  if (!isRecord(model)) return ["It has no model"];
  const faults: string[] = [];
  if (version !== undefined && version !== "1.0") {
    faults.push(`Its version is ${JSON.stringify(version)}, but only "1.0" is known`);
  }
  const unknown = Object.keys(json).find((key) => !TOP_KEYS.has(key));
  if (unknown !== undefined) faults.push(`It has the unknown key "${unknown}"`);
  return [...faults, ...addedFaults(json["added_tokens"]), ...modelFaults(model)];
}

function addedFaults(added: unknown): string[] {
  if (added === undefined) return [];
  if (!Array.isArray(added)) return ["Its added_tokens is not a list"];
  for (const token of added as readonly unknown[]) {
    if (!isRecord(token) || typeof token["content"] !== "string") {
      return ["An added token has no content"];
    }
    if (typeof token["id"] !== "number") return [`The added token "${token["content"]}" has no id`];
    const flag = ADDED_TOKEN_FLAGS.find((name) => typeof token[name] !== "boolean");
    if (flag !== undefined) return [`The added token "${token["content"]}" has no ${flag}`];
  }
  return [];
}

function modelFaults(model: Json): string[] {
  const { type, vocab } = model;
  if (type !== undefined && (typeof type !== "string" || !MODELS.has(type))) {
    return [`Its model is of the unknown type ${JSON.stringify(type)}`];
  }
  if (!isRecord(vocab)) {
    return Array.isArray(vocab) ? unigramFaults(model, vocab) : ["Its model has no vocabulary"];
  }
  if (Object.keys(vocab).length === 0) return ["Its vocabulary is empty"];
  if (type === "WordLevel" && typeof model["unk_token"] !== "string") {
    return ["Its model has no unk_token"];
  }
  return mergeFaults(model, vocab);
}

function mergeFaults({ type, merges, ...model }: Json, vocab: Json): string[] {
  if (type !== "BPE" && merges === undefined) return [];
  if (!Array.isArray(merges)) return ["Its merges are not a list"];
  const prefix = model["continuing_subword_prefix"];
  const cut = typeof prefix === "string" ? prefix.length : 0;
  for (const merge of merges as readonly unknown[]) {
    const parts: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (!Array.isArray(parts) || parts.length !== 2) {
      return [`Its merge ${JSON.stringify(merge)} does not have two parts`];
    }
    const [a, b]: readonly unknown[] = parts;
    if (typeof a !== "string" || typeof b !== "string") {
      return [`Its merge ${JSON.stringify(merge)} is not of two texts`];
    }
    const absent = [a, b, a + b.slice(cut)].find((token) => !Object.hasOwn(vocab, token));
    if (absent !== undefined) {
      return [
        `Its merge ${JSON.stringify(merge)} needs "${absent}", which is not in the vocabulary`,
      ];
    }
  }
  return [];
}

function unigramFaults({ unk_id: unknown }: Json, vocab: readonly unknown[]): string[] {
  const isOutside = typeof unknown === "number" && (unknown < 0 || unknown >= vocab.length);
  return isOutside
    ? [`Its unknown token has the id ${unknown}, but the vocabulary has ${vocab.length} tokens`]
    : [];
}
