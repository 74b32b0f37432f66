/**
 * A word as a shell reads it back: bare where it may stand so, else in quotes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shellWord } from "mlx-layout/harness";
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
