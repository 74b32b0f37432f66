const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A name that an object of a JSON text gives twice. */
export interface DuplicateKey {
  readonly key: string;
  /** 1 for the outermost object. */
  readonly depth: number;
}

/**
 * Finds the first name that one object of a valid JSON text gives twice; `JSON.parse` keeps the last in silence.
 *
 * Takes time in proportion to the text: `LOAD-HEADER`.
 *
 * @param text a text that `JSON.parse` accepts
 */
export function findDuplicateKey(text: string): DuplicateKey | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === OPEN_OBJECT) open.push(new Set());
    else if (code === OPEN_LIST) open.push(undefined);
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) open.pop();
    else if (code === QUOTE) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names !== undefined && isFollowedByColon(text, end)) {
        const key = decodeKey(text.slice(at, end));
        if (names.has(key)) return { key, depth: open.length };
        names.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** Index just after the closing quote of the string that opens at `start`. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at + 1;
  }
  return text.length;
}

function isFollowedByColon(text: string, start: number): boolean {
  let at = start;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at += 1;
  return text[at] === ":";
}

/** Names compare by what they say, so that `"a"` and `"\u0061"` are one. */
function decodeKey(quoted: string): string {
  return quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}
