/**
 * Chat templates that jinja2 renders, written from numbers, and the same ones with one thing that no engine of Jinja takes.
 *
 * @module
 */

import { NumberSource } from "./number_source.ts";
import { condition, list, mapping, text } from "./template_expressions.ts";

/** One part of a template: text, or a tag. */
export interface TemplatePart {
  readonly kind: "text" | "print" | "comment" | "raw" | "open" | "branch" | "close" | "single";
  /** Of a statement, its name, such as `for`. */
  readonly name?: string;
  readonly text: string;
}

/** Statements that a block has inside, at most so deep. */
const DEPTH_MAX = 3;
/** Plain text that looks like a tag and is none. */
const PLAIN = [
  "<|im_start|>",
  "user\n",
  " ",
  "a { b } c",
  "100 % # sure #",
  'it\'s "so"\r\n',
  "}} %} #}",
  "",
];
/** Writes a template that jinja2 renders, with the extensions that transformers switches on. */
export function writeTemplate(numbers: readonly number[]): TemplatePart[] {
  const source = new NumberSource(numbers);
  const parts = block(source, { depth: 0, inLoop: false });
  // Whatever else it prints, the message is there.
  return [...parts, ...messages(source)];
}

function messages(source: NumberSource): TemplatePart[] {
  const word = source.of(["message", "m_1"]);
  const content = source.of([`${word}['content']`, `${word}.content`, `${word}["content"] | trim`]);
  return [
    statement(source, "open", `for ${word} in messages`),
    { kind: "print", text: print(source, content) },
    statement(source, "close", "endfor"),
  ];
}

interface Place {
  readonly depth: number;
  readonly inLoop: boolean;
}

function block(source: NumberSource, place: Place): TemplatePart[] {
  const count = source.below(place.depth === 0 ? 5 : 3) + (place.depth === 0 ? 1 : 0);
  return Array.from({ length: count }, () => part(source, place)).flat();
}

function part(source: NumberSource, place: Place): TemplatePart[] {
  const kind = source.below(place.depth < DEPTH_MAX ? 14 : 6);
  return kind < 6 ? leaf(source, place, kind) : nested(source, place, kind);
}

/** What holds no statements. */
function leaf(source: NumberSource, { inLoop }: Place, kind: number): TemplatePart[] {
  switch (kind) {
    case 0:
      return [{ kind: "text", text: source.of(PLAIN) }];
    case 1:
    case 2:
      return [{ kind: "print", text: print(source, text(source, 0)) }];
    case 3: {
      const content = source.of(["note", "{{ 'never closed", "{% if %}", "#", "it's"]);
      return [
        { kind: "comment", text: `{#${source.of(["", "-"])} ${content} ${source.of(["", "-"])}#}` },
      ];
    }
    case 4: {
      const value = source.of([
        text(source, 0),
        list(source),
        mapping(source),
        condition(source, 0),
      ]);
      return [statement(source, "single", `set v${source.below(3)} = ${value}`)];
    }
    default: {
      if (!inLoop) return [];
      const name = source.of(["break", "continue"]);
      return [
        statement(source, "open", "if false"),
        statement(source, "single", name),
        statement(source, "close", "endif"),
      ];
    }
  }
}

/** What may hold statements. */
function nested(source: NumberSource, { depth, inLoop }: Place, kind: number): TemplatePart[] {
  const inner: Place = { depth: depth + 1, inLoop };
  switch (kind) {
    case 6: {
      const content = source.of(["{{ x }}", "{% if %}", "{# ", "'", "{% endfor %}", "}}"]);
      const [open, close] = [source.of(["", "-"]), source.of(["", "-"])];
      return [{ kind: "raw", text: `{%${open} raw %}${content}{%${close} endraw -%}` }];
    }
    case 7:
    case 8:
      return [
        statement(source, "open", `if ${condition(source, 0)}`),
        ...block(source, inner),
        ...times(source.below(2), () => [
          statement(source, "branch", `elif ${condition(source, 0)}`),
          ...block(source, inner),
        ]),
        ...times(source.below(2), () => [
          statement(source, "branch", "else"),
          ...block(source, inner),
        ]),
        statement(source, "close", "endif"),
      ];
    case 9:
      return [
        statement(
          source,
          "open",
          `for ${source.of(["x", "y_"])} in ${list(source)}${source.of(["", " if loop is not defined"])}`,
        ),
        ...block(source, { ...inner, inLoop: true }),
        ...times(source.below(2), () => [statement(source, "branch", "else")]),
        statement(source, "close", "endfor"),
      ];
    case 10: {
      const name = `m${source.below(3)}`;
      return [
        statement(source, "open", `macro ${name}(a, b=${text(source, 1)})`),
        ...block(source, { ...inner, inLoop: false }),
        statement(source, "close", "endmacro"),
        { kind: "print", text: print(source, `${name}(${text(source, 1)})`) },
      ];
    }
    case 11:
      return wrapped(source, inner, { open: `set v${source.below(3)}`, close: "endset" });
    case 12:
      return wrapped(source, inner, {
        open: `filter ${source.of(["upper", "trim"])}`,
        close: "endfilter",
      });
    default:
      return wrapped(
        source,
        { ...inner, inLoop: false },
        { open: "generation", close: "endgeneration" },
      );
  }
}

function wrapped(
  source: NumberSource,
  place: Place,
  { open, close }: { readonly open: string; readonly close: string },
): TemplatePart[] {
  return [
    statement(source, "open", open),
    ...block(source, { ...place, inLoop: false }),
    statement(source, "close", close),
  ];
}

function times(count: number, make: () => TemplatePart[]): TemplatePart[] {
  return Array.from({ length: count }, make).flat();
}

function statement(source: NumberSource, kind: TemplatePart["kind"], code: string): TemplatePart {
  const [name = ""] = code.split(/[ (]/);
  const [start, end] = [source.of(["", "-", "+"]), source.of(["", "-", "+"])];
  const space = source.of([" ", " ", "", "\n  "]);
  return { kind, name, text: `{%${start}${space}${code}${space}${end}%}` };
}

function print(source: NumberSource, code: string): string {
  const [start, end] = [source.of(["", "-"]), source.of(["", "-"])];
  return `{{${start} ${code} ${end}}}`;
}
