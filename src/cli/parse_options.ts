import { InvalidArgumentError } from "commander";

/**
 * Makes the parser of an option that counts something.
 *
 * @param max the largest count that makes sense
 * @returns throws `InvalidArgumentError`, which commander shows as a misuse
 */
export function positiveInteger(max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const isInteger = /^[1-9]\d*$/.test(text);
    if (isInteger && Number(text) <= max) return Number(text);
    const limit = isInteger ? ` It can be at most ${max}.` : "";
    throw new InvalidArgumentError(`Expected a positive integer.${limit}`);
  };
}

/** Parses an option that may be repeated. */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

/** @throws {InvalidArgumentError} */
export function parseSha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("Expected 64 hexadecimal digits.");
}

/** @throws {InvalidArgumentError} */
export function parseUrl(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("Expected a URL that begins with https:// or http://.");
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};

/** Parses a number of bytes, such as `500MB` or `1.5GiB`. @throws {InvalidArgumentError} */
export function parseSize(text: string): number {
  const [, count, unit = ""] = /^(\d{1,15}(?:\.\d{1,6})?) ?([a-z]{0,3})$/i.exec(text.trim()) ?? [];
  const factor = SIZE_UNITS[unit.toUpperCase()];
  const bytes = Math.floor(Number(count) * (factor ?? Number.NaN));
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError("Expected a size such as 500MB or 20GiB.");
}
