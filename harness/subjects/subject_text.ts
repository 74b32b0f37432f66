/** The word before a command line that says that the program is run anew for each line. */
export const ONCE = "--once";

/** How a command line names a subject. */
export interface SubjectOptions {
  readonly subject?: string | undefined;
  /** Whether the program is run anew for each line. @default {false} */
  readonly once?: boolean | undefined;
}

/**
 * The text of a subject out of the options `--subject` and `--once`, as {@linkcode findProgram} reads it.
 *
 * @throws {RangeError} when there is no program to run anew
 *
 * @example
 * ```ts
 * import { subjectText } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(subjectText({ subject: "./adapter.sh", once: true }), "--once ./adapter.sh");
 * ```
 */
export function subjectText(given: SubjectOptions & { readonly subject: string }): string;
export function subjectText(given: SubjectOptions): string | undefined;
export function subjectText({ subject, once = false }: SubjectOptions): string | undefined {
  if (!once) return subject;
  if (subject === undefined)
    throw new RangeError("--once says how a program is run: name it by --subject");
  return `${ONCE} ${subject}`;
}

/**
 * The options of a command line that name a subject again, each word as a shell reads it.
 *
 * @example
 * ```ts
 * import { subjectOptions } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(subjectOptions("--once sh adapter.sh"), '--once --subject "sh adapter.sh"');
 * ```
 */
export function subjectOptions(text: string): string {
  const isOnce = text.startsWith(`${ONCE} `);
  const subject = shellWord(isOnce ? text.slice(ONCE.length + 1) : text);
  return isOnce ? `${ONCE} --subject ${subject}` : `--subject ${subject}`;
}

/**
 * A word as a shell reads it back: bare where it may stand so, else in quotes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shellWord } from "mlx-conform/internal";
 *
 * assert.equal(shellWord("hub-js"), "hub-js");
 * assert.equal(shellWord("python a.py"), '"python a.py"');
 * assert.equal(shellWord('sh "my adapter.sh"'), `'sh "my adapter.sh"'`);
 * ```
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (!/["$`\\!]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
