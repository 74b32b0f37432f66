import { dirname } from "node:path";
import type { FileSystem, OpenFile } from "../../../../spec/mod.ts";
import { diskError } from "../../../disk/disk_error.ts";
import type { DigestStream } from "../../../disk/file_hash.ts";
import { fetchRanges } from "./fetch_ranges.ts";
import type { FileSource } from "../file_source.ts";
import { HashAlong } from "./hash_along.ts";
import { PartialFile, type PartialFileOptions } from "./partial_file.ts";
import { RANGE_BYTES_MAX, type TransferWidth } from "../transfer_width.ts";
import type { WriteBuffers } from "./write_buffers.ts";

/** Options of {@linkcode fillRanges}. */
export interface FillRangesOptions extends Omit<PartialFileOptions, "syncName"> {
  readonly files: FileSystem;
  readonly source: FileSource;
  readonly hash: DigestStream;
  /** Path of the file. */
  readonly partial: string;
  readonly width: TransferWidth;
  readonly buffers: WriteBuffers;
  readonly signal: AbortSignal;
  readonly onBytes: (bytesDone: number) => void;
  readonly onFetched: (bytes: number) => void;
}

/** A file that has every byte of its content, and its records still. */
export interface FilledRanges {
  /** How many bytes were hashed. */
  readonly sizeBytes: number;
  /** Leaves nothing but the content. */
  readonly finish: () => Promise<void>;
}

/**
 * Fetches what a partial file lacks, wherever that is, and hashes the whole meanwhile: `DL-KEEP`.
 *
 * However it ends, what arrived is written and noted.
 */
export async function fillRanges(
  file: OpenFile,
  options: FillRangesOptions,
): Promise<FilledRanges> {
  const { partial } = options;
  const disk = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw diskError(error, `write "${partial}"`);
    }
  };
  const syncName = () => options.files.syncDirectory(dirname(partial));
  const target = new PartialFile(file, { ...options, syncName });
  await disk(() => target.begin());
  // The one that is written may not be read.
  const toRead = await disk(() => options.files.open(partial, "r"));
  try {
    const sizeBytes = await fillAndHash(target, toRead, { ...options, disk });
    return { sizeBytes, finish: () => disk(() => target.finish()) };
  } catch (error) {
    // Where the disk fails now, the first error is still the one that is told.
    await Promise.allSettled([disk(() => target.settle())]);
    throw error;
  } finally {
    await toRead.close();
  }
}

/** @returns how many bytes were hashed */
async function fillAndHash(
  target: PartialFile,
  toRead: OpenFile,
  options: FillRangesOptions & { readonly disk: <T>(action: () => Promise<T>) => Promise<T> },
): Promise<number> {
  const { content, hash, width, source, onBytes, disk } = options;
  const { sizeBytes } = content;
  const { written } = target;
  const hashing = new HashAlong(toRead, { into: hash, sizeBytes, written });
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const write = async (data: Uint8Array, position: number) => {
    await disk(() => target.write(data, position));
    hashing.kick();
    onBytes(written.total);
  };
  const { pieceBytes, noteBytes } = target;
  const stopAll = (error: unknown): never => {
    stop.abort(error);
    throw error;
  };
  const fetched = fetchRanges(source, {
    ...options,
    signal,
    sizeBytes,
    target: { write, written, pieceBytes, noteBytes },
    rangeBytes: () => pieceBytes ?? Math.min(width.rangeBytes, RANGE_BYTES_MAX),
    slots: width.slots,
  }).catch(stopAll);
  const hashed = disk(() => hashing.run(signal)).catch(stopAll);
  await Promise.allSettled([fetched, hashed]);
  // The other one fails only because the first one stopped it.
  if (stop.signal.aborted) throw stop.signal.reason;
  return hashed;
}
