/** Which bytes of a file an answer has; `end` is exclusive. */
export type ByteRange =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

const WHOLE: ByteRange = { kind: "whole" };
const UNSATISFIABLE: ByteRange = { kind: "unsatisfiable" };

/** No file has a position of more digits. */
const DIGITS_MAX = 15;

/**
 * Reads a `Range` header as RFC 9110, section 14.2, has it: `SERVE-RANGE`.
 *
 * What is malformed, names another unit or asks for several ranges is ignored, which the RFC permits, and so is any range of a
 * file without bytes.
 */
export function byteRange(header: string | undefined, sizeBytes: number): ByteRange {
  const [unit = "", set = "", ...more] = (header ?? "").trim().split("=");
  if (unit.toLowerCase() !== "bytes" || more.length > 0 || sizeBytes === 0) return WHOLE;
  const specs = set.split(",").flatMap((spec) => (spec.trim() === "" ? [] : [spec.trim()]));
  const [first, last, ...rest] = specs.length === 1 ? (specs[0] ?? "").split("-") : [];
  if (first === undefined || last === undefined || rest.length > 0) return WHOLE;
  const start = position(first);
  const end = position(last);
  if (start === undefined || end === undefined) return WHOLE;
  if (start === "") return end === "" ? WHOLE : suffix(end, sizeBytes);
  if (end !== "" && end < start) return WHOLE;
  if (start >= sizeBytes) return UNSATISFIABLE;
  return { kind: "part", start, end: end === "" ? sizeBytes : Math.min(end + 1, sizeBytes) };
}

/** A number of bytes, nothing, or undefined for what is neither. */
function position(text: string): number | "" | undefined {
  if (text === "") return "";
  return text.length <= DIGITS_MAX && /^\d+$/.test(text) ? Number(text) : undefined;
}

function suffix(count: number, sizeBytes: number): ByteRange {
  if (count === 0) return UNSATISFIABLE;
  return { kind: "part", start: Math.max(0, sizeBytes - count), end: sizeBytes };
}
