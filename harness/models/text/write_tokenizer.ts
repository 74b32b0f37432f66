/**
 * Tokenizers of all four kinds of models that a `tokenizer.json` can have, written from numbers, and the same ones with one thing
 * that the library of Python refuses.
 *
 * @module
 */

import { NumberSource } from "./number_source.ts";

type Json = Record<string, unknown>;

/** A `tokenizer.json`. */
export interface TokenizerJson extends Json {
  added_tokens: Json[];
  model: Json;
}

const WORDS = [
  "h",
  "e",
  "l",
  "o",
  "w",
  "r",
  "d",
  "he",
  "ll",
  "hell",
  "hello",
  "wor",
  "world",
  "!",
  ",",
  "1",
  "2",
  "3",
];
const FLAGS = ["single_word", "lstrip", "rstrip", "normalized", "special"] as const;

/** Writes a tokenizer of at most 60 tokens, which encodes the word "hello". */
export function writeTokenizer(numbers: readonly number[]): TokenizerJson {
  const source = new NumberSource(numbers);
  const special = ["<s>", "</s>", "<unk>"].slice(0, 1 + source.below(3));
  const all = [...special, "<unk>", ...WORDS].filter((word, at, list) => list.indexOf(word) === at);
  const model = source.of([bpe, wordPiece, wordLevel, unigram])(source, all);
  return {
    ...source.of([{ version: "1.0" }, {}]),
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      ...Object.fromEntries(
        FLAGS.map((flag) => [flag, flag === "special" || source.below(4) === 3]),
      ),
    })),
    normalizer: source.of([null, { type: "NFC" }, { type: "Lowercase" }]),
    pre_tokenizer: source.of([
      null,
      { type: "Whitespace" },
      { type: "Punctuation", behavior: "Isolated" },
    ]),
    post_processor: null,
    decoder: null,
    model,
  };
}

function ids(words: readonly string[]): Record<string, number> {
  return Object.fromEntries(words.map((word, id) => [word, id]));
}

function bpe(source: NumberSource, words: readonly string[]): Json {
  const prefix = source.of([null, "", "##"]);
  const inside = (word: string) => `${prefix ?? ""}${word}`;
  // With a prefix the pieces inside of a word have it, and what two of them make has the first one's.
  const extra = prefix === "##" ? words.slice(3).map(inside) : [];
  const pairs = [
    ["h", inside("e")],
    ["he", inside("ll")],
    ["hell", inside("o")],
  ];
  const isListed = source.below(2) === 1;
  return {
    ...source.of([
      { type: "BPE" },
      { type: "BPE", dropout: null, fuse_unk: false, byte_fallback: false },
    ]),
    ...(prefix === null ? {} : { continuing_subword_prefix: prefix }),
    unk_token: source.of([null, "<unk>"]),
    vocab: ids([...words, ...extra.filter((word) => !words.includes(word))]),
    merges: isListed ? pairs : pairs.map((pair) => pair.join(" ")),
  };
}

function wordPiece(_: NumberSource, words: readonly string[]): Json {
  const pieces = ["##e", "##l", "##o", "##llo"];
  return {
    type: "WordPiece",
    unk_token: "<unk>",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: ids([...words, ...pieces]),
  };
}

function wordLevel(_: NumberSource, words: readonly string[]): Json {
  return { type: "WordLevel", unk_token: "<unk>", vocab: ids(words) };
}

function unigram(source: NumberSource, words: readonly string[]): Json {
  const unknown = words.indexOf("<unk>");
  return {
    type: "Unigram",
    unk_id: source.of([unknown, 0]),
    vocab: words.map((word, at) => [word, word === "<unk>" ? 0 : -1 - at / 10]),
    ...source.of([{}, { byte_fallback: false }]),
  };
}

/** Gives a tokenizer with one thing wrong; undefined where it has no place for that. */
type Break = (json: TokenizerJson, choose: number) => Json | undefined;

/** Ways in which a tokenizer is wrong for the library that Python opens it with, by name. */
export const TOKENIZER_BREAKS = {
  "a later version": (json) => ({ ...json, version: "2.0" }),
  "an unknown key": (json) => ({ ...json, merges: [] }),
  "no model": (json) => ({ ...json, model: undefined }),
  "a model that is a text": (json) => ({ ...json, model: "BPE" }),
  "an unknown kind of model": (json) => withModel(json, { type: "nosuch" }),
  "a kind of model that is a number": (json) => withModel(json, { type: 5 }),
  "no vocabulary": (json) => withModel(json, { vocab: undefined }),
  "a vocabulary that is a text": (json) => withModel(json, { vocab: "hello" }),
  "no unknown token": (json) =>
    json.model["type"] === "WordLevel" ? withModel(json, { unk_token: undefined }) : undefined,
  "an unknown token behind the vocabulary": (json, choose) =>
    json.model["type"] === "Unigram"
      ? withModel(json, { unk_id: (json.model["vocab"] as unknown[]).length + (choose % 3) })
      : undefined,
  "no merges": (json) => ofBpe(json, () => undefined),
  "merges that are a text": (json) => ofBpe(json, () => "h e"),
  "a merge of one part": (json, choose) => ofBpe(json, (merges) => replace(merges, choose, "he")),
  "a merge of three parts": (json, choose) =>
    ofBpe(json, (merges) => replace(merges, choose, choose % 2 === 0 ? "h e l" : ["h", "e", "l"])),
  "a merge of numbers": (json, choose) => ofBpe(json, (merges) => replace(merges, choose, [1, 2])),
  "a merge with an unknown first part": (json, choose) =>
    ofBpe(json, (merges) => replace(merges, choose, ["nosuch", "e"])),
  "a merge with an unknown second part": (json, choose) =>
    ofBpe(json, (merges) => replace(merges, choose, ["h", "nosuch"])),
  "a merge into an unknown token": (json, choose) =>
    ofBpe(json, (merges) => replace(merges, choose, ["world", "world"])),
  "added tokens that are an object": (json) => ({ ...json, added_tokens: { "0": "<s>" } }),
  "an added token that is a text": (json) => ({ ...json, added_tokens: ["<s>"] }),
  "an added token without content": (json, choose) => added(json, choose, { content: undefined }),
  "an added token without an id": (json, choose) => added(json, choose, { id: undefined }),
  "an added token without a flag": (json, choose) =>
    added(json, choose, { [FLAGS[(choose >>> 3) % FLAGS.length] ?? "special"]: undefined }),
} satisfies Readonly<Record<string, Break>>;

/** The name of a way to break a tokenizer. */
export type TokenizerBreak = keyof typeof TOKENIZER_BREAKS;

function withModel(json: TokenizerJson, change: Json): Json {
  return { ...json, model: { ...json.model, ...change } };
}

function ofBpe(json: TokenizerJson, change: (merges: unknown[]) => unknown): Json | undefined {
  const { merges } = json.model;
  return Array.isArray(merges) ? withModel(json, { merges: change(merges) }) : undefined;
}

function replace(list: readonly unknown[], choose: number, item: unknown): unknown[] {
  const isText =
    typeof list[0] === "string" &&
    Array.isArray(item) &&
    item.every((one) => typeof one === "string");
  return list.with(choose % list.length, isText ? item.join(" ") : item);
}

function added(json: TokenizerJson, choose: number, change: Json): Json {
  const { added_tokens: tokens } = json;
  const at = choose % tokens.length;
  return { ...json, added_tokens: tokens.with(at, { ...tokens[at], ...change }) };
}
