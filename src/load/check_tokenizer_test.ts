import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { jsonBytes, tinyTokenizer } from "../../harness/models/mod.ts";
import { checkTokenizer } from "./check_tokenizer.ts";

const FILES = new Map(tinyTokenizer().map(({ path, bytes }) => [path, bytes]));
const TOKENIZER = FILES.get("tokenizer.json") ?? new Uint8Array(0);
const CONFIG = FILES.get("tokenizer_config.json");

/** A tokenizer that knows seven letters. */
const LETTERS = {
  added_tokens: [{ id: 0, content: "<unk>", special: true }],
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
  const added_tokens = [...LETTERS.added_tokens, { id: 8, content: "<pad>", special: true }];
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
