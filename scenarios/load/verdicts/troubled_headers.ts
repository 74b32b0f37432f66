/**
 * Ways in which a hub answers those who ask for the headers of weight files alone.
 *
 * @module
 */

import type { FaultRule, ModelFile } from "../../../harness/mod.ts";

/** Headers of a later read: the first one mostly takes less. */
const LONG_BYTES = 72 * 1024;
const LENGTH_BYTES = 8;

type Answers = (atByte: number) => readonly FaultRule[];

const WEIGHTS = { kind: "cdn", path: "*.safetensors" } as const;
const BREAKS: Answers = (atByte) => [
  { match: { ...WEIGHTS, nth: 1 }, do: { type: "cut", atByte, how: "rst" } },
];
const IGNORES: Answers = () => [
  { match: { ...WEIGHTS, nth: "all" }, do: { type: "ignore-range" } },
];
const SLICES: Answers = () => [
  { match: { ...WEIGHTS, nth: "all" }, do: { type: "slice-as-whole" } },
];

/** What a hub does, and whether the headers are long. */
export const HEADER_TROUBLES = {
  "a broken connection": { answers: BREAKS, isLong: false },
  "no ranges": { answers: IGNORES, isLong: false },
  "no ranges of long headers": { answers: IGNORES, isLong: true },
  "no ranges once the connection broke": {
    answers: (atByte: number) => [...BREAKS(atByte), ...IGNORES(atByte)],
    isLong: false,
  },
  "parts as if they were wholes": { answers: SLICES, isLong: true },
} as const;

/** One way by its name. */
export type HeaderTrouble = keyof typeof HEADER_TROUBLES;

/** The files with headers that one read does not get, as far as they are whole. */
export function withLongHeaders(files: readonly ModelFile[]): readonly ModelFile[] {
  return files.map((file) =>
    file.path.endsWith(".safetensors") && file.bytes.length > LENGTH_BYTES
      ? { ...file, bytes: withLongHeader(file.bytes) }
      : file,
  );
}

/** The format allows blanks behind the header's text. */
function withLongHeader(bytes: Uint8Array): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const end = LENGTH_BYTES + Number(length);
  if (end > bytes.length) return bytes;
  const start = new Uint8Array(LENGTH_BYTES);
  new DataView(start.buffer).setBigUint64(0, length + BigInt(LONG_BYTES), true);
  const blanks = Buffer.alloc(LONG_BYTES, " ");
  return Buffer.concat([start, bytes.subarray(LENGTH_BYTES, end), blanks, bytes.subarray(end)]);
}
