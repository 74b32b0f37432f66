import type { OpenFile } from "../../../../spec/mod.ts";
import { Intervals } from "./intervals.ts";
import { isMarked, parseRecord, RECORD_BYTES } from "./range_record.ts";

/** Records that lie beside each other: two of what was synced, two of what was written. */
export const RECORDS = 4;
/** Room that they take. */
export const RECORDS_BYTES = RECORDS * RECORD_BYTES;
/** The first places of records, each twice as far as the one before it. */
const PLACE_BYTES_MIN = 16 * 1024;
/** From here on they are at multiples of this: a volume without holes fills no more at once. */
const PLACE_BYTES_STEP = 256 * 1024 * 1024;

/** The content that a partial file is of, as far as its records state it. */
export interface PartialContent {
  readonly contentKey: string;
  readonly sizeBytes: number;
  /** The boot of this machine. */
  readonly boot: string;
}

/** What is kept of a content in a partial file. */
export interface KeptRanges {
  readonly ranges: Intervals;
  /** Where the records lie that say so; undefined where the length of the file does. */
  readonly position: number | undefined;
  /** Which of each two records says less, and may be written over: of what was synced, of what was written. */
  readonly turns: readonly [number, number];
}

/**
 * Where the records of a partial file may lie: behind everything that is written so far, at a few places.
 *
 * @returns the first place that is not below `from`
 */
export function recordsPosition(from: number, sizeBytes: number): number {
  const end = Math.ceil(sizeBytes / RECORD_BYTES) * RECORD_BYTES;
  let place = PLACE_BYTES_MIN;
  while (place < from && place < PLACE_BYTES_STEP) place *= 2;
  if (place < from) place = Math.ceil(from / PLACE_BYTES_STEP) * PLACE_BYTES_STEP;
  return Math.min(place, end);
}

/**
 * Finds out which bytes a partial file has: as its records say, or all up to its length where it has none. A record that is
 * torn or of another content says nothing, and the length of a file that has records says nothing either.
 */
export async function keptRanges(file: OpenFile, content: PartialContent): Promise<KeptRanges> {
  const { sizeBytes: lengthBytes } = await file.stat();
  const ranges = new Intervals();
  let position: number | undefined;
  let turns: readonly [number, number] = [0, 0];
  let isNoBeginning = lengthBytes > content.sizeBytes;
  // Those before the last ones hold until the last ones are durable.
  for (const place of lastPositions(lengthBytes, content.sizeBytes)) {
    const bytes = new Uint8Array(RECORDS_BYTES);
    const count = await readAll(file, bytes, place);
    // The first records of all may have taken their room and not have come there.
    isNoBeginning ||= lengthBytes <= place + RECORDS_BYTES && bytes.every((byte) => byte === 0);
    const says = Array.from({ length: RECORDS }, () => -1);
    for (let at = 0; at < RECORDS; at++) {
      const one = bytes.subarray(at * RECORD_BYTES, Math.min(count, (at + 1) * RECORD_BYTES));
      isNoBeginning ||= isMarked(one);
      const record = parseRecord(one, { ...content, position: place });
      if (record === undefined) continue;
      position = place;
      says[at] = record.ranges.reduce((sum, { from, to }) => sum + to - from, 0);
      if (record.counts) for (const range of record.ranges) ranges.add(range);
    }
    const [one = 0, two = 0, three = 0, four = 0] = says;
    if (position === place) turns = [one < two ? 0 : 1, three < four ? 0 : 1];
  }
  if (position === undefined && !isNoBeginning) ranges.add({ from: 0, to: lengthBytes });
  return { ranges, position, turns };
}

/** The two last places of records in a file of this length, in order. */
function lastPositions(lengthBytes: number, sizeBytes: number): number[] {
  const places: number[] = [];
  for (let from = 0; ;) {
    const place = recordsPosition(from, sizeBytes);
    if (place >= lengthBytes || place < from) break;
    places.push(place);
    if (places.length > 2) places.shift();
    from = place + 1;
  }
  return places;
}

async function readAll(file: OpenFile, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await file.read(buffer.subarray(filled), position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
