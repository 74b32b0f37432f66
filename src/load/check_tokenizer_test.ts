import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { jsonBytes, tinyTokenizer } from "../../harness/models/mod.ts";
import { checkTokenizer } from "./check_tokenizer.ts";

const FILES = new Map(tinyTokenizer().map(({ path, bytes }) => [path, bytes]));
const TOKENIZER = FILES.get("tokenizer.json") ?? new Uint8Array(0);
const CONFIG = FILES.get("tokenizer_config.json");

/** What the Rust library wants of every added token. */
const FLAGS = {
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
};

/** A tokenizer that knows seven letters. */
const LETTERS = {
  added_tokens: [{ id: 0, content: "<unk>", ...FLAGS }],
  normalizer: null,
  pre_tokenizer: {
    type: "Split",
    pattern: { Regex: "[\\s\\S]" },
    behavior: "Isolated",
    invert: false,
  },
  post_processor: null,
  decoder: { type: "Fuse" },
  model: {
    type: "WordLevel",
    unk_token: "<unk>",
    vocab: { "<unk>": 0, a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 },
  },
};

test("checkTokenizer() takes a sound tokenizer, with and without its configuration", () => {
  assert.deepEqual(check(TOKENIZER, 288), []);
  assert.deepEqual(check(TOKENIZER, undefined), []);
  const input = { tokenizer: TOKENIZER, config: undefined, vocabularySize: 288 };
  assert.deepEqual(checkTokenizer(input), []);
});

test("checkTokenizer() takes a tokenizer that knows none of the usual text", () => {
  assert.deepEqual(check(jsonBytes(LETTERS), 8), []);
});

test("checkTokenizer() refuses ids that the model has no row for", () => {
  assert.match(String(check(jsonBytes(LETTERS), 5)[0]), /tokenizer\.json error .*id 5.*5 tokens/);
  const late = { ...LETTERS.model, vocab: { ...LETTERS.model.vocab, z: 400 } };
  const [finding] = check(jsonBytes({ ...LETTERS, model: late }), 9);
  assert.match(String(finding), /error .* 400.* 9 tokens/);
});

test("checkTokenizer() only warns of an added token beyond the model's rows", () => {
  const added_tokens = [...LETTERS.added_tokens, { id: 8, content: "<pad>", ...FLAGS }];
  assert.deepEqual(
    check(jsonBytes({ ...LETTERS, added_tokens }), 8).map((text) => text.split(" ")[1]),
    ["warning"],
  );
});

test("checkTokenizer() refuses what is no tokenizer", () => {
  for (const bytes of [
    new Uint8Array(0),
    jsonBytes([]),
    jsonBytes({}),
    jsonBytes({ model: { type: "BPE" } }),
    jsonBytes({ ...LETTERS, model: { ...LETTERS.model, vocab: {} } }),
    TOKENIZER.slice(0, -9),
  ]) {
    assert.match(String(check(bytes, 288)[0]), /^tokenizer\.json error/);
  }
});

test("checkTokenizer() refuses what the library of Python refuses", () => {
  const bpe = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
  for (const [change, why] of [
    [{ version: "2.0" }, /version/],
    [{ nosuch: 1 }, /unknown key "nosuch"/],
    [{ added_tokens: [{ id: 0, content: "<unk>", special: true }] }, /no single_word/],
    [{ added_tokens: [{ content: "<unk>", ...FLAGS }] }, /no id/],
    [{ model: { ...bpe, merges: ["a z"] } }, /needs "z"/],
    [{ model: { ...bpe, merges: ["b a"] } }, /needs "ba"/],
    [{ model: { ...bpe, merges: ["a b ab"] } }, /two parts/],
    [{ model: { ...bpe, type: "Nosuch" } }, /unknown type/],
    [{ model: { type: "WordLevel", vocab: { a: 0 } } }, /unk_token/],
    [{ model: { type: "Unigram", unk_id: 9, vocab: [["a", 0]] } }, /id 9/],
  ] as const) {
    const [text] = check(jsonBytes({ ...LETTERS, ...change }), 288);
    assert.match(String(text), why);
    assert.match(String(text), /^tokenizer\.json error/);
  }
});

test("checkTokenizer() only warns of what its own library cannot do", () => {
  for (const Regex of [
    "(?>\\p{L}+)|.",
    "[[:alpha:]]+|.",
    "\\A\\p{Nd}{1,2}(?=\\p{Nd}{3}+\\z)|.",
    "(?i)a|.",
  ]) {
    const pre_tokenizer = { ...LETTERS.pre_tokenizer, pattern: { Regex } };
    for (const text of check(jsonBytes({ ...LETTERS, pre_tokenizer }), 288)) {
      assert.match(text, /^tokenizer\.json warning/, Regex);
    }
  }
  const normalizer = { type: "Nmt" };
  const [text] = check(jsonBytes({ ...LETTERS, normalizer }), 288);
  assert.match(String(text), /^tokenizer\.json warning It was not tried/);
});

test("checkTokenizer() names the configuration when that is no JSON", () => {
  const config = new TextEncoder().encode("{");
  const [fault] = checkTokenizer({ tokenizer: TOKENIZER, config, vocabularySize: 288 });
  assert.equal(fault?.file, "tokenizer_config.json");
});

test("checkTokenizer() answers, whatever part of a tokenizer is something else", () => {
  const json = JSON.parse(new TextDecoder().decode(TOKENIZER)) as Record<string, unknown>;
  const key = fc.constantFrom(...Object.keys(json));
  fc.assert(
    fc.property(key, fc.jsonValue(), (name, value) => {
      for (const text of check(jsonBytes({ ...json, [name]: value }), 288)) {
        assert.match(text, /^tokenizer\.json (?:error|warning) /);
      }
    }),
  );
});

function check(tokenizer: Uint8Array, vocabularySize: number | undefined): string[] {
  return checkTokenizer({ tokenizer, config: CONFIG, vocabularySize }).map(
    ({ file, level, detail }) => `${file} ${level} ${detail}`,
  );
}
