import type { Digest, FileSystem, OpenFile } from "../../../spec/mod.ts";
import { refuseText } from "./refuse_text.ts";
import { AppendWriter } from "../../disk/append_writer.ts";
import { algorithmOf, DigestStream, hashPrefix } from "../../disk/file_hash.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { chunkMemory } from "../../node/chunk_memory.ts";
import { ModelError } from "../../errors.ts";
import { attemptWrite } from "./attempt_write.ts";
import type { FileSource } from "./file_source.ts";
import { openPartial } from "./open_partial.ts";
import { readAlone } from "./ranges/fetch_ranges.ts";
import { fillRanges } from "./ranges/fill_ranges.ts";
import { Intervals } from "./ranges/intervals.ts";
import {
  type KeptRanges,
  keptRanges,
  type PartialContent,
  RECORDS_BYTES,
} from "./ranges/kept_ranges.ts";
import type { TransferWidth } from "./transfer_width.ts";
import type { WriteBuffers } from "./ranges/write_buffers.ts";
import { UNSTATED_BYTES_MAX, UnstatedLength } from "./unstated_length.ts";
import type { WantedFile } from "../download_task.ts";

/** Times that a whole file may arrive wrong before it is given up: chance is retried, a wrong hub is not. */
const WRONG_MAX = 2;

/** What has more bytes to come arrives in ranges, where the disk asks for no smaller pieces. */
export const RANGES_BYTES_MIN = 8 * 1024 * 1024;

/** Options of {@linkcode fetchContent}. */
export interface FetchContentOptions {
  readonly source: FileSource;
  /** Where the partial file is, or is to be. */
  readonly partial: string;
  readonly width: TransferWidth;
  readonly buffers: WriteBuffers;
  /** The boot of this machine: what was written during it and not synced is there. */
  readonly boot: string;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that are in the partial file or on their way to it. */
  readonly onBytes: (bytesDone: number) => void;
  /** Called with the number of bytes that arrived from the network. */
  readonly onFetched: (bytes: number) => void;
  /** Called when nothing more is to come from the network; what is left is the disk's. */
  readonly onArrived?: () => void;
}

/** What a finished content is. */
export interface FetchedContent {
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/**
 * Brings a partial file to its full, verified and synced length: `DL-INTEGRITY`, `DL-RESUME`, `DL-RESUME-UNWEDGED`.
 *
 * Kept bytes are hashed, not trusted: the hash over the whole decides, and where it does not fit, the file starts anew.
 *
 * @throws {ModelError} `integrity` with file, expected and actual; the partial file is removed then
 */
export async function fetchContent(
  files: FileSystem,
  wanted: WantedFile,
  options: FetchContentOptions,
): Promise<FetchedContent> {
  const { file, isNew } = await openPartial(files, options.partial);
  try {
    for (let [wrong, isEmpty] = [0, isNew]; ; isEmpty = true) {
      const filled = await fillFile(file, wanted, { ...options, files, isEmpty });
      const { content, fetchedAll } = filled;
      const refusal = compare(wanted, content, options.source.statedDigest);
      if (refusal === undefined) {
        await filled.finish?.();
        if (wanted.digest === undefined) await keepNoText(files, wanted, { ...options, content });
        options.onArrived?.();
        await attemptWrite(() => file.sync(), options.partial);
        return content;
      }
      // A wrong whole says nothing about the hub when part of it lay on this disk before.
      if (fetchedAll) wrong++;
      await attemptWrite(() => file.truncate(0), options.partial);
      if (wrong >= WRONG_MAX) {
        await attemptWrite(() => unlinkIfThere(files, options.partial), options.partial);
        throw refusal;
      }
    }
  } finally {
    await file.close();
  }
}

/** A page that was kept would be resumed, and never be the file. */
async function keepNoText(
  files: FileSystem,
  wanted: WantedFile,
  options: { readonly content: FetchedContent; readonly partial: string },
): Promise<void> {
  const { content, partial } = options;
  try {
    await attemptWrite(async () => {
      // The one that is written may not be read.
      const file = await files.open(partial, "r");
      try {
        await refuseText(file, wanted.path, content.sizeBytes);
      } finally {
        await file.close();
      }
    }, partial);
  } catch (error) {
    await attemptWrite(() => unlinkIfThere(files, partial), partial);
    throw error;
  }
}

/** A partial file that has all bytes. */
interface FilledFile {
  readonly content: FetchedContent;
  /** Whether no byte of it lay on this disk before. */
  readonly fetchedAll: boolean;
  /** Leaves nothing in the file but its content. */
  readonly finish?: () => Promise<void>;
}

type FillOptions = FetchContentOptions & {
  readonly files: FileSystem;
  /** Whether nothing is kept in it. */
  readonly isEmpty: boolean;
};

const NOTHING_KEPT = { position: undefined, turns: [0, 0] } as const;

async function keptIn(
  file: OpenFile,
  content: PartialContent,
  { isEmpty, partial }: FillOptions,
): Promise<KeptRanges> {
  if (isEmpty) return { ranges: new Intervals(), ...NOTHING_KEPT };
  return attemptWrite(() => keptRanges(file, content), partial);
}

/** Hashes what is kept and brings what is missing. */
async function fillFile(
  file: OpenFile,
  wanted: WantedFile,
  options: FillOptions,
): Promise<FilledFile> {
  const { partial, boot, isEmpty } = options;
  const { sizeBytes, contentKey } = wanted;
  const content = { contentKey, sizeBytes: sizeBytes ?? 0, boot };
  const kept = await keptIn(file, content, options);
  const keptBytes = kept.ranges.total;
  const lengthBytes = isEmpty ? 0 : (await attemptWrite(() => file.stat(), partial)).sizeBytes;
  // Without a size and a hash there is nothing to hold kept bytes against.
  if (lengthBytes > 0 && (sizeBytes === undefined || (keptBytes === 0 && !kept.position)))
    await attemptWrite(() => file.truncate(0), partial);
  const algorithm = wanted.digest === undefined ? "sha256" : algorithmOf(wanted.digest);
  const hash = new DigestStream(algorithm, sizeBytes ?? 0);
  const { pieceBytes } = file;
  // A file should be longer than its records.
  const rangesBytesMin =
    pieceBytes === undefined ? RANGES_BYTES_MIN : Math.max(2 * pieceBytes, RECORDS_BYTES);
  const isInRanges =
    sizeBytes !== undefined &&
    (kept.position !== undefined || sizeBytes - keptBytes > rangesBytesMin);
  if (!isInRanges) return appendRest(file, wanted, { ...options, keptBytes, hash });
  options.onBytes(keptBytes);
  const filled = await fillRanges(file, { ...options, content, kept, hash });
  return {
    content: { sizeBytes: filled.sizeBytes, digest: hash.finish() },
    fetchedAll: keptBytes === 0,
    finish: filled.finish,
  };
}

/** Appends the rest of a content to its beginning, over one connection. */
async function appendRest(
  file: OpenFile,
  wanted: WantedFile,
  options: FillOptions & { readonly keptBytes: number; readonly hash: DigestStream },
): Promise<FilledFile> {
  const { source, signal, width, keptBytes, hash } = options;
  const { sizeBytes } = wanted;
  await attemptWrite(() => hashPrefix(file, keptBytes, { into: hash, signal }), options.partial);
  options.onBytes(keptBytes);
  const writer = new AppendWriter(file, keptBytes, {
    sizeBytesMax: sizeBytes === undefined ? undefined : sizeBytes - keptBytes,
  });
  let at = keptBytes;
  const chunks = readAlone(source, { from: keptBytes, slots: width.slots, signal, sizeBytes });
  const unstated = sizeBytes === undefined ? unstatedLength(wanted, options) : undefined;
  let isWhole = false;
  try {
    for await (const chunk of keptBytes === sizeBytes ? [] : chunks) {
      await attemptWrite(async () => unstated?.allow(at + chunk.length), options.partial);
      const written = attemptWrite(() => writer.append(chunk), options.partial);
      // Another thread may write meanwhile.
      hash.update(chunk);
      await written;
      const { length } = chunk;
      chunkMemory.release(chunk);
      at += length;
      options.onFetched(length);
      options.onBytes(at);
    }
    isWhole = true;
  } finally {
    // Also what arrived before a failure is kept for the next run, where it can be held against a length.
    await attemptWrite(() => writer.flush(), options.partial);
    if (unstated !== undefined && !isWhole)
      await attemptWrite(() => file.truncate(0), options.partial);
  }
  return { content: { sizeBytes: at, digest: hash.finish() }, fetchedAll: keptBytes === 0 };
}

function unstatedLength(
  wanted: WantedFile,
  options: FetchContentOptions & { readonly files: FileSystem },
): UnstatedLength {
  return new UnstatedLength(options.files, {
    file: wanted.path,
    place: options.partial,
    sizeBytesMax: wanted.sizeBytesMax ?? UNSTATED_BYTES_MAX,
  });
}

/** The hash that the listing states decides; where it states none, the one in the hub's headers. */
function compare(
  wanted: WantedFile,
  content: FetchedContent,
  stated: Digest | undefined,
): ModelError | undefined {
  const { sizeBytes = content.sizeBytes } = wanted;
  if (sizeBytes !== content.sizeBytes)
    return new ModelError(
      "integrity",
      `Cannot keep "${wanted.path}": it must have ${sizeBytes} bytes, and ${content.sizeBytes} are there; retry the command later`,
      { file: wanted.path, expected: `${sizeBytes} bytes`, actual: `${content.sizeBytes} bytes` },
    );
  const expected = wanted.digest ?? (stated?.startsWith("sha256:") ? stated : undefined);
  if (expected === undefined || expected === content.digest) return undefined;
  return new ModelError(
    "integrity",
    `Cannot keep "${wanted.path}": its hash must be ${expected}, and what arrived has ${content.digest}; retry the command later`,
    { file: wanted.path, expected, actual: content.digest },
  );
}
