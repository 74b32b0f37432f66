/** Most lines that the words for one case take. */
const LINES_MAX = 9;
/** Longest line; what is longer is cut at the end. */
const LINE_LENGTH_MAX = 200;

/**
 * Says in words what one case holds: its files, faults, steps and where something happens, a line for each.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { describeGiven } from "mlx-conform/internal";
 *
 * const given = { killAt: { at: "operation", nth: 3 }, isPlain: false, steps: [{ type: "download" }] };
 * assert.deepEqual(describeGiven(given), [
 *   "kill at: at operation, nth 3",
 *   "is plain: no",
 *   "steps: download",
 * ]);
 * ```
 */
export function describeGiven(given: Readonly<Record<string, unknown>>): string[] {
  const lines = Object.entries(given).flatMap(([key, value]) => describeEntry(words(key), value));
  const shown = lines.length <= LINES_MAX ? lines : lines.slice(0, LINES_MAX - 1);
  const more = lines.length - shown.length;
  return [...shown.map(cut), ...(more === 0 ? [] : [`… and ${more} lines more`])];
}

function describeEntry(name: string, value: unknown): string[] {
  // Steps and models are read one a line.
  if (Array.isArray(value) && value.length > 1 && value.every(isTold))
    return value.map((item, at) => `${name} ${at + 1}: ${describeValue(item)}`);
  return [`${name}: ${describeValue(value)}`];
}

function describeValue(value: unknown): string {
  if (value === undefined || value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value))
    return value.length === 0 ? "none" : value.map(describeValue).join("; ");
  if (isRecord(value)) return describeRecord(value);
  return typeof value === "number" || typeof value === "bigint" ? String(value) : typeof value;
}

function describeRecord(record: Readonly<Record<string, unknown>>): string {
  const { label, files } = record;
  if (typeof label === "string")
    return Array.isArray(files) ? `${files.length} files (${label})` : label;
  const [first, ...rest] = Object.entries(record);
  // What kind of step it is goes without its key.
  const isTyped = first?.[0] === "type" && typeof first[1] === "string";
  const entries = isTyped || first === undefined ? rest : [first, ...rest];
  const details = entries
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => describeDetail(words(key), value));
  return (isTyped ? [String(first[1]), ...details] : details).join(", ") || "none";
}

function describeDetail(name: string, value: unknown): string {
  if (value === true) return name;
  if (typeof value === "string" && /^[\w-]+$/.test(value)) return `${name} ${value}`;
  return isRecord(value) && !("label" in value)
    ? `${name} (${describeRecord(value)})`
    : `${name} ${describeValue(value)}`;
}

function isTold(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && ("type" in value || "label" in value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** `killAt` in words: `kill at`. */
function words(key: string): string {
  return key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function cut(line: string): string {
  return line.length <= LINE_LENGTH_MAX ? line : `${line.slice(0, LINE_LENGTH_MAX - 2)} …`;
}
