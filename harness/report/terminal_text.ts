/** Options of {@linkcode terminalText}. */
export interface TerminalTextOptions {
  /** Whether the output is read by a runner of GitHub, which carries out commands in it. @default {false} */
  readonly isWorkflow?: boolean;
}

/**
 * Makes text that a subject may have chosen safe to print: control characters, which move a terminal's cursor, and changes of
 * direction are written as `\u{…}`; line feeds and tabs stay. In a workflow no line of it is a command either.
 *
 * @example
 * ```ts
 * import { terminalText } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(terminalText("a\u001b[2Jb\n"), "a\\u{1b}[2Jb\n");
 * assert.equal(terminalText("::error::no", { isWorkflow: true }), "\\::error::no");
 * ```
 */
export function terminalText(
  text: string,
  { isWorkflow = false }: TerminalTextOptions = {},
): string {
  const plain = text.replaceAll(
    /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
  // The runner takes `::name::` at the start of a line, and `##[name]` anywhere.
  return isWorkflow ? plain.replaceAll(/^(\s*)::/gm, "$1\\::").replaceAll("##[", "#\\#[") : plain;
}

/**
 * A command for a workflow that shows an error of ours, whatever the text holds.
 *
 * @example
 * ```ts
 * import { errorAnnotation } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(errorAnnotation("50 %\n::stop-commands::x"), "::error::50 %25%0A::stop-commands::x\n");
 * ```
 */
export function errorAnnotation(text: string): string {
  const line = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return `::error::${terminalText(line)}\n`;
}
