const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Makes a text safe as content or as a quoted attribute of HTML and of XML. Control characters and lone surrogates,
 * which XML 1.0 does not allow, are replaced by U+FFFD; what changes the direction of text is shown as `\\u{…}`.
 *
 * @example
 * ```ts
 * import { escapeMarkup } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(escapeMarkup('<a href="x">'), "&lt;a href=&quot;x&quot;&gt;");
 * ```
 */
export function escapeMarkup(text: string): string {
  return (
    text
      .toWellFormed()
      // eslint-disable-next-line no-control-regex -- these are what is looked for
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replaceAll(
        /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu,
        (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
      )
      .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
  );
}
