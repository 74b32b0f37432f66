import type { CheckCause } from "../../../spec/mod.ts";
import { assertJsonLimits, JsonLimitError } from "../../limits/json_meter.ts";
import { findDuplicateKey } from "../config/find_duplicate_key.ts";
import { isRecord } from "../config/parse_json.ts";

/** Where one tensor lies and what it holds. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from {@linkcode SafetensorsHeader.dataStart}. */
  readonly start: number;
  /** The byte after the last one, counted likewise. */
  readonly end: number;
}

/** What the header of a safetensors file says. */
export interface SafetensorsHeader {
  /** Length of the JSON text. */
  readonly headerSizeBytes: number;
  /** Where the data begins, from the start of the file. */
  readonly dataStart: number;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** One thing that is wrong with a weight file. */
export interface HeaderFault {
  readonly cause: CheckCause;
  readonly detail: string;
  /** The tensor concerned, if it is one. */
  readonly tensor?: string;
}

/** A header as far as it could be read, and what is wrong with it. */
export interface ParsedHeader {
  readonly header: SafetensorsHeader | undefined;
  readonly faults: readonly HeaderFault[];
}

/** MLX itself names no tensor longer than some 200 characters, and makes none of more than six dimensions. */
const NAME_LENGTH_MAX = 4_096;
const DIMENSIONS_MAX = 32;
/** So many faults show that nothing of a header can be believed; the rest of it is not read. */
const FAULTS_MAX = 10_000;

/** JSON never has zero bytes; a hole in the file has nothing else. */
const HOLE = "\0".repeat(8);

/** Bits of one element; the names are those of the safetensors format. */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ...["F64", "I64", "U64", "C64"].map((dtype) => [dtype, 64] as const),
  ...["F32", "I32", "U32"].map((dtype) => [dtype, 32] as const),
  ...["F16", "BF16", "I16", "U16"].map((dtype) => [dtype, 16] as const),
  ...["F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"].map((dtype) => [dtype, 8] as const),
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ["F4", 4],
]);

/**
 * Judges the JSON header of a safetensors file: `LOAD-HEADER`, `LOAD-EXTENTS`, `LOAD-TRUNCATED`, `LOAD-TRAILING`.
 *
 * Stricter than MLX, which accepts gaps, overlaps, names given twice and bytes after the last tensor.
 *
 * @param bytes the header's text, without its length
 * @param fileSizeBytes size of the whole file
 */
export function parseSafetensorsHeader(bytes: Uint8Array, fileSizeBytes: number): ParsedHeader {
  const refuse = (detail: string): ParsedHeader => ({
    header: undefined,
    faults: [{ cause: "bad-header", detail }],
  });
  let text;
  let json: unknown;
  try {
    assertJsonLimits(bytes);
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    if (text?.includes(HOLE) === true) {
      const detail = "The header has zeros where its text belongs";
      return { header: undefined, faults: [{ cause: "zeroed", detail }] };
    }
    if (error instanceof JsonLimitError) return refuse(`The header is too much: ${error.message}`);
    return refuse(`The header is not JSON in UTF-8: ${error.message}`);
  }
  if (!isRecord(json)) return refuse("The header is JSON, but not an object");

  const faults: HeaderFault[] = [];
  const duplicate = findDuplicateKey(text);
  if (duplicate?.depth === 1) {
    const tensor = duplicate.key;
    faults.push({
      cause: "duplicate-tensor",
      detail: `The header names "${tensor}" twice`,
      tensor,
    });
  } else if (duplicate !== undefined) {
    faults.push({ cause: "bad-header", detail: `The header gives "${duplicate.key}" twice` });
  }

  const metadata = readMetadata(json["__metadata__"], faults);
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") continue;
    const entry = readEntry(name, value, faults);
    if (entry !== undefined) tensors.set(name, entry);
    if (faults.length > FAULTS_MAX) return { header: undefined, faults };
  }
  const dataStart = 8 + bytes.length;
  // Without every tensor's place a gap would be reported that is none.
  if (faults.length === 0) faults.push(...judgeExtents(tensors, fileSizeBytes - dataStart));
  return { header: { headerSizeBytes: bytes.length, dataStart, tensors, metadata }, faults };
}

function readMetadata(value: unknown, faults: HeaderFault[]): Map<string, string> {
  const metadata = new Map<string, string>();
  // What has no metadata is written as null by MLX itself.
  if (value === undefined || value === null) return metadata;
  if (!isRecord(value)) {
    faults.push({ cause: "bad-header", detail: "The header's __metadata__ is not an object" });
    return metadata;
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === "string") metadata.set(key, text);
    else {
      faults.push({
        cause: "bad-header",
        detail: `The header's __metadata__ has a value for "${key}" that is not a string`,
      });
    }
  }
  return metadata;
}

function readEntry(name: string, value: unknown, faults: HeaderFault[]): TensorEntry | undefined {
  const refuse = (cause: CheckCause, detail: string): undefined => {
    faults.push({ cause, detail: `Tensor "${name}" ${detail}`, tensor: name });
  };
  if (name.length > NAME_LENGTH_MAX) {
    const detail = `The header has a name of ${name.length} characters: "${name.slice(0, 100)}…"`;
    faults.push({ cause: "bad-header", detail });
    return undefined;
  }
  if (!isRecord(value)) return refuse("bad-header", "is not described by an object");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") return refuse("bad-header", "has no dtype");
  if (!Array.isArray(shape) || !shape.every(isWhole)) {
    return refuse("bad-header", "has a shape that is not a list of whole numbers");
  }
  if (shape.length > DIMENSIONS_MAX) {
    return refuse(
      "bad-header",
      `has ${shape.length} dimensions: at most ${DIMENSIONS_MAX} are read`,
    );
  }
  if (shape.some((dimension) => dimension < 0)) {
    return refuse("shape", `has the shape [${shape.join(", ")}], with a dimension below 0`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole)) {
    return refuse("bad-header", "has data_offsets that are not two whole numbers");
  }
  const [start = 0, end = 0] = offsets;
  if (start < 0) return refuse("out-of-range", `begins at ${start}, before the data`);
  if (end < start) return refuse("out-of-range", `ends at ${end}, before its start at ${start}`);
  const bits = DTYPE_BITS.get(dtype);
  if (bits === undefined) return refuse("dtype", `has the unknown dtype "${dtype}"`);
  const sizeBytes = (shape.reduce((product, dimension) => product * dimension, 1) * bits) / 8;
  if (sizeBytes !== end - start) {
    faults.push({
      cause: "shape",
      detail: `Tensor "${name}" of dtype ${dtype} and shape [${shape.join(", ")}] has ${sizeBytes} bytes, but ${end - start} bytes are set aside for it`,
      tensor: name,
    });
  }
  return { dtype, shape, start, end };
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

/** Tensors must follow each other without gap or overlap and fill the data exactly. */
function judgeExtents(
  tensors: ReadonlyMap<string, TensorEntry>,
  dataSizeBytes: number,
): HeaderFault[] {
  const faults: HeaderFault[] = [];
  const sorted = [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const [tensor, entry] of sorted) {
    if (entry.start < end) {
      const detail = `Tensor "${tensor}" begins at ${entry.start}, but the one before it ends at ${end}`;
      faults.push({ cause: "overlap", detail, tensor });
    } else if (entry.start > end) {
      const detail = `Tensor "${tensor}" begins at ${entry.start}, ${entry.start - end} bytes after the one before it ends`;
      faults.push({ cause: "out-of-range", detail, tensor });
    }
    end = Math.max(end, entry.end);
  }
  // Where tensors are out of place, the end of the last one says nothing about the file's length.
  if (faults.length > 0) {
    const outside = sorted.filter(([, entry]) => entry.end > dataSizeBytes);
    return [
      ...faults,
      ...outside.map(([tensor, entry]): HeaderFault => {
        const detail = `Tensor "${tensor}" lies at ${entry.start} to ${entry.end}, but the file has ${Math.max(0, dataSizeBytes)} bytes of data`;
        return { cause: "out-of-range", detail, tensor };
      }),
    ];
  }
  if (end > dataSizeBytes) {
    const detail = `${end - dataSizeBytes} bytes are missing: the tensors need ${end} bytes of data, the file has ${dataSizeBytes}`;
    return [{ cause: "truncated", detail }];
  }
  if (end < dataSizeBytes) {
    const detail = `${dataSizeBytes - end} bytes follow the last tensor, which ends at ${end}`;
    return [{ cause: "trailing-bytes", detail }];
  }
  return [];
}
