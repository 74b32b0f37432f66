/**
 * Ways in which a template is wrong for every engine of Jinja.
 *
 * @module
 */

import type { TemplatePart } from "./write_template.ts";

/** Gives the text of a template with one thing wrong; `choose` decides where. */
type Break = (parts: readonly TemplatePart[], choose: number) => string;

/** What cannot stand anywhere in a template. */
const NOWHERE = [
  "{% nosuch %}",
  "{%- nosuch x = 1 -%}",
  "{% endnosuch %}",
  "{{ }}",
  "{{- -}}",
  "{% %}",
  "{% if %}{% endif %}",
  "{% for x %}{% endfor %}",
  "{% for x messages %}{% endfor %}",
  "{% set %}",
  "{% macro %}{% endmacro %}",
  "{{ 1 + 2) }}",
  "{{ [1) }}",
  "{{ {'a': 1] }}",
  "{% if (1 == 1] %}{% endif %}",
  "{{ messages[0) }}",
];
/** What is wrong where no block is open, and nothing follows that could close it. */
const AT_THE_END = [
  "{% else %}",
  "{% elif true %}",
  "{% endif %}",
  "{% endfor %}",
  "{% if true %}{% endfor %}",
  "{% for x in messages %}{% elif true %}{% endfor %}",
  "{% filter upper %}{% else %}{% endfilter %}",
  "{{ 'a' | nosuch }}",
  "{{ 'a' | upper | nosuch_2('b') }}",
  "{% set x = 'a' | nosuch %}",
  "{{ (1 + 2 }}",
  "{{ [1, 2 }}",
  "{{ {'a': 1 }}",
  "{{ 'abc }}",
  '{{ "abc }}',
  "{{ 'abc\\' }}",
  "{# note",
  "{# note }}",
  "{% raw %}{{ x }}",
  "{% raw %}{% endif %}",
  "{{ x",
  "{% if x",
  "{% set x = 1 }}",
  "{{ x %}",
  "{{ x }",
  "{% set x %}",
  "{% macro m() %}{% endset %}",
  "{% set x == 1 %}",
  "{% set x != 1 %}",
];

/** Ways to break a template, by name. */
export const TEMPLATE_BREAKS = {
  "a block is not closed": (parts, choose) =>
    joinTemplate(parts.filter((one) => one !== nth(parts, "close", choose))),
  "a block is closed twice": (parts, choose) => {
    const chosen = nth(parts, "close", choose);
    return joinTemplate(parts.flatMap((one) => (one === chosen ? [one, one] : [one])));
  },
  "a block is closed as another": (parts, choose) => {
    const chosen = nth(parts, "close", choose);
    const name = chosen?.name ?? "";
    const other = name === "endif" ? "endfor" : "endif";
    return joinTemplate(
      parts.map((one) => (one === chosen ? { ...one, text: one.text.replace(name, other) } : one)),
    );
  },
  "a block is not opened": (parts, choose) =>
    joinTemplate(parts.filter((one) => one !== nth(parts, "open", choose))),
  "it ends within a tag": (parts, choose) => {
    const tags = parts.filter(({ kind }) => kind !== "text" && kind !== "raw");
    const chosen = tags[choose % tags.length];
    if (chosen === undefined) return "{{";
    const before = parts.slice(0, parts.indexOf(chosen));
    const { length } = chosen.text;
    return joinTemplate(before) + chosen.text.slice(0, 3 + ((choose >>> 5) % (length - 3)));
  },
  "something that stands nowhere": (parts, choose) => {
    const at = (choose >>> 5) % (parts.length + 1);
    const wrong = NOWHERE[choose % NOWHERE.length] ?? "";
    return joinTemplate(parts.slice(0, at)) + wrong + joinTemplate(parts.slice(at));
  },
  "something wrong at its end": (parts, choose) =>
    joinTemplate(parts) + (AT_THE_END[choose % AT_THE_END.length] ?? ""),
} satisfies Readonly<Record<string, Break>>;

/** The name of a way to break a template. */
export type TemplateBreak = keyof typeof TEMPLATE_BREAKS;

/** The text of a template. */
export function joinTemplate(parts: readonly TemplatePart[]): string {
  return parts.map(({ text }) => text).join("");
}

/** Each template has a block, as it goes through the messages. */
function nth(
  parts: readonly TemplatePart[],
  kind: TemplatePart["kind"],
  choose: number,
): TemplatePart | undefined {
  const those = parts.filter((one) => one.kind === kind);
  return those[choose % those.length];
}
