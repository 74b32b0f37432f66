import { createHash } from "node:crypto";
import type { Interval } from "./intervals.ts";

/** Length of one record, in bytes: a sector, of which no disk keeps a part. */
export const RECORD_BYTES = 512;
const MAGIC = new TextEncoder().encode("mlxrng1\0");
const KIND_AT = 8;
const COUNT_AT = 10;
const BOOT_AT = 16;
const CONTENT_AT = 32;
const INTERVALS_AT = 64;
const SUM_AT = RECORD_BYTES - 32;

/** What a record is of. */
export interface RecordPlace {
  readonly contentKey: string;
  readonly sizeBytes: number;
  /** Where in the file the records lie. */
  readonly position: number;
}

/** What a record says. */
export interface RangeRecord {
  /** Which bytes are there. */
  readonly ranges: readonly Interval[];
  /** The boot during which they were written, where they may not have been synced since; else undefined. */
  readonly boot: string | undefined;
}

/** What {@linkcode parseRecord} found: the boot is known by its hash alone. */
export interface ParsedRecord {
  readonly ranges: readonly Interval[];
  /** Whether they count during this boot; what was synced counts always. */
  readonly counts: boolean;
}

/**
 * Writes down which bytes of a content are in a file: with a checksum, with what it is of, and in one length. Of more
 * intervals than it has room for (some sixty) the first are written.
 */
export function formatRecord(record: RangeRecord, place: RecordPlace): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint8(KIND_AT, record.boot === undefined ? 1 : 2);
  if (record.boot !== undefined) bytes.set(bootTag(record.boot), BOOT_AT);
  bytes.set(contentTag(place), CONTENT_AT);
  let at = INTERVALS_AT;
  let count = 0;
  let before = 0;
  for (const { from, to } of record.ranges) {
    const pair = [...varint(from - before), ...varint(to - from)];
    if (at + pair.length > SUM_AT) break;
    bytes.set(pair, at);
    at += pair.length;
    before = to;
    count++;
  }
  view.setUint16(COUNT_AT, count);
  bytes.set(sumOf(bytes), SUM_AT);
  return bytes;
}

/** Reads a record; undefined where it is torn, of another content or of another place. */
export function parseRecord(
  bytes: Uint8Array,
  { boot, ...place }: RecordPlace & { readonly boot: string },
): ParsedRecord | undefined {
  if (bytes.length !== RECORD_BYTES || !isMarked(bytes)) return undefined;
  if (!isAt(bytes, SUM_AT, sumOf(bytes)) || !isAt(bytes, CONTENT_AT, contentTag(place)))
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = view.getUint8(KIND_AT);
  const numbers = varints(bytes.subarray(INTERVALS_AT, SUM_AT), 2 * view.getUint16(COUNT_AT));
  if (numbers === undefined) return undefined;
  const ranges: Interval[] = [];
  let before = 0;
  for (let at = 0; at < numbers.length; at += 2) {
    const from = before + (numbers[at] ?? 0);
    const to = from + (numbers[at + 1] ?? 0);
    if (to <= from || to > place.sizeBytes) return undefined;
    ranges.push({ from, to });
    before = to;
  }
  return { ranges, counts: kind === 1 || (kind === 2 && isAt(bytes, BOOT_AT, bootTag(boot))) };
}

/** Whether bytes begin as a record does, whole or torn, of whatever content. */
export function isMarked(bytes: Uint8Array): boolean {
  return isAt(bytes, 0, MAGIC);
}

/** A whole number in seven bits a byte, the low ones first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function varints(bytes: Uint8Array, count: number): number[] | undefined {
  const numbers: number[] = [];
  let [value, factor] = [0, 1];
  for (const byte of bytes) {
    if (numbers.length === count) break;
    value += (byte % 128) * factor;
    if (!Number.isSafeInteger(value)) return undefined;
    factor *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    [value, factor] = [0, 1];
  }
  return numbers.length === count ? numbers : undefined;
}

function isAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  return part.every((byte, index) => bytes[at + index] === byte);
}

function contentTag({ contentKey, sizeBytes, position }: RecordPlace): Uint8Array {
  return sha256(`${contentKey} ${sizeBytes} ${position}`);
}

function bootTag(boot: string): Uint8Array {
  return sha256(`boot ${boot}`).subarray(0, CONTENT_AT - BOOT_AT);
}

function sumOf(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes.subarray(0, SUM_AT)).digest();
}

function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
