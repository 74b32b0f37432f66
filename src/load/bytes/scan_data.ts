import type { CheckCause, Digest, OpenFile } from "../../../spec/mod.ts";
import {
  isJudgedForConstants,
  isMissingData,
  RUN_SIZE_BYTES_MIN,
} from "../tensors/constant_rule.ts";
import { type ConstantRun, ConstantRuns } from "./constant_runs.ts";
import type { PieceHash } from "../../node/hash/piece_hash.ts";
import { beginDigest, digestFrom, DigestStream, endDigest } from "./digest_stream.ts";
import { countNonFinite } from "./non_finite.ts";
import type { SafetensorsHeader, TensorEntry } from "./parse_safetensors_header.ts";
import { readAt } from "./read_bytes.ts";

/** What to look for in a weight file's data. */
export interface ScanDataOptions {
  /** A header whose tensors follow each other without gap or overlap. */
  readonly header: SafetensorsHeader;
  /** Whether the architecture's tensors are known, so that short runs of equal bytes can be judged. */
  readonly isKnown: boolean;
  /** The digest that the file must have; its kind decides which one is computed. */
  readonly expectedDigest?: Digest | undefined;
  /** Names of tensors whose own digest is wanted. */
  readonly digestOf?: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

/** What one pass over a weight file showed. */
export interface ScannedData {
  readonly faults: readonly {
    readonly cause: CheckCause;
    readonly detail: string;
    readonly tensor: string;
  }[];
  /** The file's digest, if one was expected. */
  readonly digest: Digest | undefined;
  /** Digests of the tensors that were asked for. */
  readonly digests: ReadonlyMap<string, Digest>;
  /** The first values of each tensor in a 16-bit format. */
  readonly samples: ReadonlyMap<string, Uint16Array>;
}

/** A multiple of every element's size, so that no value is cut, as that of a file is. */
const PIECE_SIZE_BYTES = 1024 * 1024;
const SAMPLE_LENGTH = 2048;
/** Together at most 80 MiB; a file of a known architecture has some thousands. */
const SAMPLES_MAX = 20_000;

interface Scan {
  readonly file: OpenFile;
  readonly options: ScanDataOptions;
  /** Where pieces are read to, and what hashes them where a digest is expected. */
  readonly pieces: Pick<PieceHash, "next" | "push">;
  readonly faults: { cause: CheckCause; detail: string; tensor: string }[];
  readonly digests: Map<string, Digest>;
  readonly samples: Map<string, Uint16Array>;
}

/**
 * Reads a weight file once, in pieces of 1 MiB, and finds data that is missing or not a number: `LOAD-ZEROED`,
 * `LOAD-NAN`, `LOAD-FLIPPED`.
 */
export async function scanData(file: OpenFile, options: ScanDataOptions): Promise<ScannedData> {
  const { expectedDigest } = options;
  const { pieceBytes } = file;
  const { sizeBytes } = await file.stat();
  if (expectedDigest === undefined) {
    const buffer = new Uint8Array(Math.min(pieceBytes ?? PIECE_SIZE_BYTES, sizeBytes));
    const pieces = { next: async () => buffer, push: () => {} };
    const { start: _start, ...scan } = await scanTensors(file, options, pieces);
    return { ...scan, digest: undefined };
  }
  using pieces = beginDigest(expectedDigest, { sizeBytes, pieceBytes });
  const { start, ...scan } = await scanTensors(file, options, pieces);
  await digestFrom(file, pieces, { start, signal: options.signal });
  return { ...scan, digest: await endDigest(expectedDigest, pieces) };
}

/** @returns what was found, and where in the file the last tensor ends */
async function scanTensors(
  file: OpenFile,
  options: ScanDataOptions,
  pieces: Scan["pieces"],
): Promise<Omit<ScannedData, "digest"> & { readonly start: number }> {
  const { header } = options;
  const scan: Scan = {
    file,
    options,
    pieces,
    faults: [],
    digests: new Map(),
    samples: new Map(),
  };
  await readPieces(scan, { start: 0, end: header.dataStart }, () => undefined);
  const sorted = [...header.tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let end = header.dataStart;
  for (const [name, entry] of sorted) {
    await scanTensor(scan, name, entry);
    end = header.dataStart + entry.end;
  }
  const { faults, digests, samples } = scan;
  return { faults, digests, samples, start: end };
}

async function scanTensor(scan: Scan, name: string, entry: TensorEntry): Promise<void> {
  const { options, faults } = scan;
  const rule = { name, isKnown: options.isKnown };
  const missing: ConstantRun[] = [];
  const runs = isJudgedForConstants(entry, rule)
    ? new ConstantRuns({
        sizeBytesMin: RUN_SIZE_BYTES_MIN,
        onRun: (run) => {
          if (isMissingData(run, entry, rule)) missing.push(run);
        },
      })
    : undefined;
  const own =
    options.digestOf?.has(name) === true
      ? new DigestStream("sha256:", entry.end - entry.start)
      : undefined;
  let nonFinite = 0;
  const { dataStart } = options.header;
  const range = { start: dataStart + entry.start, end: dataStart + entry.end };
  await readPieces(scan, range, (piece) => {
    runs?.push(piece);
    own?.push(piece);
    nonFinite += countNonFinite(piece, entry.dtype);
    if ((entry.dtype === "F16" || entry.dtype === "BF16") && wantsSample(scan, name)) {
      const sample = piece.slice(0, SAMPLE_LENGTH * 2);
      scan.samples.set(name, new Uint16Array(sample.buffer, 0, sample.length >> 1));
    }
  });
  runs?.end();
  if (own !== undefined) scan.digests.set(name, own.end());

  const [first] = missing;
  if (first !== undefined) {
    const total = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const value = `0x${first.value.toString(16).padStart(2, "0")}`;
    const detail = `Tensor "${name}" has ${total} of its ${entry.end - entry.start} bytes filled with ${value}, from byte ${range.start + first.start} of the file`;
    faults.push({ cause: "zeroed", tensor: name, detail });
  }
  if (nonFinite > 0) {
    const detail = `Tensor "${name}" has ${nonFinite} values that are infinite or not a number`;
    faults.push({ cause: "not-a-number", tensor: name, detail });
  }
}

function wantsSample({ samples }: Scan, name: string): boolean {
  return samples.size < SAMPLES_MAX && !samples.has(name);
}

/** Reads a range in pieces that each begin at a multiple of eight bytes in memory; stops at the file's end. */
async function readPieces(
  scan: Scan,
  range: { readonly start: number; readonly end: number },
  use: (piece: Uint8Array) => void,
): Promise<void> {
  for (let position = range.start; position < range.end;) {
    scan.options.signal?.throwIfAborted();
    const place = await scan.pieces.next();
    const wanted = place.subarray(0, Math.min(place.length, range.end - position));
    const count = await readAt(scan.file, wanted, position);
    if (count === 0) return;
    scan.pieces.push(count);
    use(wanted.subarray(0, count));
    position += count;
  }
}
