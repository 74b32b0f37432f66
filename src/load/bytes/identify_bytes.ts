/** What a file's first bytes show it to be, when that is not what its name says. */
export type ByteIdentity =
  | "appledouble"
  | "lfs-pointer"
  | "html"
  | "empty"
  | "gzip"
  | "zeroed"
  | undefined;

/** How many bytes {@linkcode identifyBytes} wants to see. */
export const IDENTIFY_SIZE_BYTES = 512;

/** Real pointers have three short lines; the rule of git-lfs itself is "below 1024 bytes". */
const POINTER_SIZE_BYTES_MAX = 1024;

const APPLEDOUBLE_MAGIC = [0x00, 0x05, 0x16, 0x07, 0x00, 0x02, 0x00, 0x00];
const POINTER_START = "version https://git-lfs.github.com/spec/";
const COMMENT_START = "<!--";
const COMMENT_END = "-->";
const HTML_REGEXP = /^<(?:!doctype\s+html|html|head|body)\b/i;

/**
 * Names what stands in a file's place by its first bytes: `LOAD-SIDECAR`, `LOAD-POINTER`, `LOAD-HTML`, `LOAD-EMPTY`.
 *
 * @param head the first {@linkcode IDENTIFY_SIZE_BYTES} bytes, or all of a shorter file
 * @param sizeBytes size of the whole file
 * @returns undefined when the bytes show nothing suspicious
 */
export function identifyBytes(head: Uint8Array, sizeBytes: number): ByteIdentity {
  if (sizeBytes === 0) return "empty";
  if (startsWith(head, APPLEDOUBLE_MAGIC)) return "appledouble";
  if (startsWith(head, [0x1f, 0x8b])) return "gzip";
  const text = new TextDecoder().decode(head.subarray(0, IDENTIFY_SIZE_BYTES));
  if (sizeBytes < POINTER_SIZE_BYTES_MAX && text.startsWith(POINTER_START)) return "lfs-pointer";
  if (HTML_REGEXP.test(withoutComments(text))) return "html";
  // Fewer than eight zeros may be the start of something; no format of a model begins with more.
  if (head.length >= 8 && head.every((byte) => byte === 0)) return "zeroed";
  return undefined;
}

/** What follows the blanks and comments that a page may begin with; each is passed once. */
function withoutComments(text: string): string {
  let rest = text.trimStart();
  while (rest.startsWith(COMMENT_START)) {
    const end = rest.indexOf(COMMENT_END, COMMENT_START.length);
    if (end === -1) return "";
    rest = rest.slice(end + COMMENT_END.length).trimStart();
  }
  return rest;
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
