import { escapeMarkup } from "../formats/escape_markup.ts";

/** Text that is already markup: nothing else gets into a page unescaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a template: text is escaped, lists are joined, undefined and false are left out. */
export type MarkupValue =
  | Markup
  | string
  | number
  | undefined
  | false
  | readonly (Markup | string | number)[];

/**
 * Makes markup from a template; every inserted text is escaped, for content and for quoted attributes.
 *
 * @example
 * ```ts
 * import { markup } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(markup`<b>${"<i>"}</b>`.text, "<b>&lt;i&gt;</b>");
 * ```
 */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const parts = strings.map((part, at) => part + render(values[at]));
  return new Markup(parts.join(""));
}

/** A sentence as markup: code between backticks. */
export function withCode(text: string): Markup {
  return new Markup(escapeMarkup(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>"));
}

function render(value: MarkupValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  return typeof value === "object" ? value.map(render).join("") : escapeMarkup(String(value));
}
