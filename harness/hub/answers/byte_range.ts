/** Which bytes a `Range` header asks for; `end` is exclusive. */
export type RangeSelection =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

const WHOLE: RangeSelection = { kind: "whole" };
const UNSATISFIABLE: RangeSelection = { kind: "unsatisfiable" };

/**
 * Reads a `Range` header as RFC 9110, section 14.2, has it.
 *
 * A header that is malformed, names another unit or asks for several ranges is
 * ignored, which the RFC permits and content networks do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { selectRange } from "mlx-conform/internal";
 *
 * assert.deepEqual(selectRange("bytes=-2", 10), { kind: "part", start: 8, end: 10 });
 * ```
 */
export function selectRange(header: string | undefined, sizeBytes: number): RangeSelection {
  const set = header === undefined ? null : /^bytes=(.*)$/i.exec(header.trim());
  const specs = (set?.[1] ?? "")
    .split(",")
    .map((spec) => spec.trim())
    .filter((spec) => spec !== "");
  const spec = specs[0];
  if (spec === undefined || specs.length > 1) return WHOLE;
  const match = /^(\d*)-(\d*)$/.exec(spec);
  if (match === null) return WHOLE;
  const first = match[1] ?? "";
  const last = match[2] ?? "";
  if (first === "") return last === "" ? WHOLE : selectSuffix(Number(last), sizeBytes);
  const start = Number(first);
  if (last !== "" && Number(last) < start) return WHOLE;
  if (start >= sizeBytes) return UNSATISFIABLE;
  const end = last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  return { kind: "part", start, end };
}

function selectSuffix(suffixBytes: number, sizeBytes: number): RangeSelection {
  if (suffixBytes === 0) return UNSATISFIABLE;
  // The RFC calls this satisfiable, but no `Content-Range` can describe a part of nothing.
  if (sizeBytes === 0) return WHOLE;
  return { kind: "part", start: Math.max(0, sizeBytes - suffixBytes), end: sizeBytes };
}
