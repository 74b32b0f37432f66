import assert from "node:assert/strict";
import test from "node:test";
import { CHAT_TEMPLATE, jsonBytes } from "../../harness/models/mod.ts";
import { checkTemplate, type CheckTemplateInput } from "./check_template.ts";

const BROKEN = "{% for message in messages %}";
const NONE: CheckTemplateInput = { jinja: undefined, json: undefined, config: undefined };

test("checkTemplate() takes a template wherever it is, and none at all", () => {
  assert.equal(checkTemplate(NONE), undefined);
  assert.equal(checkTemplate({ ...NONE, jinja: text(CHAT_TEMPLATE) }), undefined);
  assert.equal(
    checkTemplate({ ...NONE, json: jsonBytes({ chat_template: CHAT_TEMPLATE }) }),
    undefined,
  );
  assert.equal(checkTemplate({ ...NONE, config: configOf(CHAT_TEMPLATE) }), undefined);
  assert.equal(checkTemplate({ ...NONE, config: configOf(null) }), undefined);
});

test("checkTemplate() asks the file before the configuration", () => {
  const sound = { jinja: text(CHAT_TEMPLATE), json: jsonBytes({}), config: configOf(BROKEN) };
  assert.equal(checkTemplate(sound), undefined);
  const broken = { jinja: text(BROKEN), json: undefined, config: configOf(CHAT_TEMPLATE) };
  assert.equal(checkTemplate(broken)?.file, "chat_template.jinja");
  const json = { ...NONE, json: jsonBytes({ chat_template: 1 }), config: configOf(CHAT_TEMPLATE) };
  assert.equal(checkTemplate(json)?.file, "chat_template.json");
});

test("checkTemplate() renders the template called default of several", () => {
  const list = (name: string) => [
    { name: "tool_use", template: BROKEN },
    { name, template: CHAT_TEMPLATE },
  ];
  assert.equal(checkTemplate({ ...NONE, config: configOf(list("default")) }), undefined);
  assert.equal(
    checkTemplate({ ...NONE, config: configOf(list("rag")) })?.file,
    "tokenizer_config.json",
  );
});

test("checkTemplate() gives special tokens, also those that are objects", () => {
  const template = "{{ raise_exception('no bos') if bos_token != '<s>' }}{{ messages[0].content }}";
  const config = jsonBytes({ chat_template: template, bos_token: { content: "<s>" } });
  assert.equal(checkTemplate({ ...NONE, config }), undefined);
});

test("checkTemplate() takes a template that wants content in parts", () => {
  const template = "{{ messages[0]['content'][0]['text'] }}";
  assert.equal(checkTemplate({ ...NONE, jinja: text(template) }), undefined);
});

test("checkTemplate() refuses what cannot be rendered or drops the message", () => {
  for (const [template, why] of [
    [BROKEN, /./],
    ["{{ messages | nosuchfilter }}", /nosuchfilter/],
    ["{{ raise_exception('not for you') }}", /not for you/],
    ["hello", /does not have the message/],
    ["", /does not have the message/],
  ] as const) {
    const fault = checkTemplate({ ...NONE, jinja: text(template) });
    assert.match(fault?.detail ?? "", why);
  }
});

function text(template: string): Uint8Array {
  return new TextEncoder().encode(template);
}

function configOf(chat_template: unknown): Uint8Array {
  return jsonBytes({ chat_template });
}
