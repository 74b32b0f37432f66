import assert from "node:assert/strict";
import test from "node:test";
import { CHAT_TEMPLATE, jsonBytes } from "../../harness/models/mod.ts";
import { checkTemplate, type CheckTemplateInput, renderChat } from "./check_template.ts";

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

test("checkTemplate() refuses what is wrong for every engine", () => {
  for (const [template, why] of [
    [BROKEN, /block "for" is never closed/],
    ["{% for message in messages %}{{ message[", /never closed/],
    ["{{ messages | nosuchfilter }}", /nosuchfilter/],
    ["{% nosuch %}", /statement "nosuch"/],
    ["{% if true %}{% endfor %}", /"endfor" closes no such block/],
    ["{{ messages[0) }}", /never closed|closes nothing/],
    ["{# comment", /comment is never closed/],
    ["{{ 'text }}", /never closed/],
  ] as const) {
    const fault = checkTemplate({ ...NONE, jinja: text(template) });
    assert.match(fault?.detail ?? "", why);
    assert.equal(fault?.level, "error", template);
  }
});

test("checkTemplate() warns where the message was not rendered here", () => {
  for (const [template, why] of [
    ["{{ raise_exception('not for you') }}", /not for you/],
    ["{% if not tools %}{{ raise_exception('tools') }}{% endif %}", /tools/],
    ["hello", /does not have the message/],
    ["", /does not have the message/],
  ] as const) {
    const fault = checkTemplate({ ...NONE, jinja: text(template) });
    assert.match(fault?.detail ?? "", why);
    assert.equal(fault?.level, "warning", template);
  }
});

test("checkTemplate() takes a chat_template.json that has no template for no file", () => {
  const input = { jinja: undefined, json: jsonBytes({ chat_template: null }) };
  assert.equal(checkTemplate({ ...input, config: configOf(CHAT_TEMPLATE) }), undefined);
});

test("renderChat() renders parts, and every kind of line end as jinja2 does", () => {
  const parts = "{{ messages[0]['content'][0]['text'] }}";
  assert.equal(renderChat({ ...NONE, jinja: text(parts) }, "hi"), "hi");
  const lines = "a{% if true %}\r\nb{% endif %}\r\n{{ messages[0].content }}";
  assert.equal(renderChat({ ...NONE, jinja: text(lines) }, "hi"), "abhi");
});

test("renderChat() says where it would render otherwise than jinja2", () => {
  for (const template of [
    "{% for m in messages %}{{ m.content }}{% break %}{% endfor %}",
    "{{ messages[0].content.strip('x') }}",
    "{{ raise_exception('no') }}",
  ]) {
    assert.throws(() => renderChat({ ...NONE, jinja: text(template) }, "hi"), {
      code: "unsupported",
    });
  }
});

function text(template: string): Uint8Array {
  return new TextEncoder().encode(template);
}

function configOf(chat_template: unknown): Uint8Array {
  return jsonBytes({ chat_template });
}
