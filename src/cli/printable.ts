/**
 * Makes text of unknown origin safe for a terminal: a file name could hold control sequences.
 *
 * @returns the text with control characters, line breaks too, and changes of direction written as `\u{…}`
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Bidi_Control}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
