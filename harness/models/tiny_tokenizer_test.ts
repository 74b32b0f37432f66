import assert from "node:assert/strict";
import test from "node:test";
import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { CHAT_TEMPLATE, tinyTokenizer, VOCABULARY_SIZE_MIN } from "./tiny_tokenizer.ts";

test("tinyTokenizer() encodes every text within the vocabulary and decodes it back", () => {
  for (const vocabSize of [VOCABULARY_SIZE_MIN, 261, 288]) {
    const tokenizer = opened(vocabSize);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
        const { ids } = tokenizer.encode(text);
        assert.ok(ids.every((id: number) => id >= 3 && id < vocabSize));
        assert.equal(tokenizer.decode(ids), text);
      }),
    );
  }
});

test("tinyTokenizer() merges frequent pairs when the vocabulary has room for them", () => {
  const small = opened(VOCABULARY_SIZE_MIN).encode("hello the").ids;
  const large = opened(288).encode("hello the").ids;
  assert.equal(small.length, 9);
  assert.equal(large.length, 2);
});

test("tinyTokenizer() knows its special tokens in a rendered chat", () => {
  const text = new Template(CHAT_TEMPLATE).render({
    messages: [{ role: "user", content: "hi" }],
    add_generation_prompt: true,
  });
  assert.equal(text, "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
  const { ids } = opened(VOCABULARY_SIZE_MIN).encode(text);
  assert.deepEqual(
    ids.filter((id: number) => id < 3),
    [1, 2, 1],
  );
});

test("tinyTokenizer() puts the chat template where it is asked to", () => {
  const paths = (chatTemplate: "jinja-file" | "in-config") =>
    tinyTokenizer({ chatTemplate }).map(({ path }) => path);
  assert.ok(paths("jinja-file").includes("chat_template.jinja"));
  assert.equal(paths("in-config").includes("chat_template.jinja"), false);
  assert.equal(
    json(tinyTokenizer({ chatTemplate: "in-config" }), 1)["chat_template"],
    CHAT_TEMPLATE,
  );
  assert.equal("chat_template" in json(tinyTokenizer({ chatTemplate: "none" }), 1), false);
});

test("tinyTokenizer() refuses a vocabulary without room for all bytes", () => {
  assert.throws(() => tinyTokenizer({ vocabSize: VOCABULARY_SIZE_MIN - 1 }), RangeError);
});

function opened(vocabSize: number): Tokenizer {
  const files = tinyTokenizer({ vocabSize });
  return new Tokenizer(json(files, 0), json(files, 1));
}

function json(files: ReturnType<typeof tinyTokenizer>, index: number): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(files[index]?.bytes)) as Record<string, unknown>;
}
