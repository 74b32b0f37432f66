import { join } from "node:path";
import {
  type DownloadResult,
  type FileSystem,
  type Marker,
  MARKER_NAME,
  type MarkerFile,
} from "../../../spec/mod.ts";
import type { ModelPlace } from "../../layout/model_place.ts";
import type { Selection } from "../../layout/select_files.ts";
import { isDistrusted } from "../../records/distrust.ts";
import { readMarker } from "../../records/marker.ts";
import { verifyFiles } from "../../records/verify_files.ts";

/** Bytes of the smallest files that are hashed each time: in most models all but the weights, in a tenth of a second. */
const SMALL_BYTES = 32 * 1024 * 1024;

/** What a local copy is asked for. */
export interface LocalCopyQuestion {
  readonly place: ModelPlace;
  readonly source: string;
  readonly selection: Selection;
  /** Whether the marker's revision or commit will do. */
  readonly isRevision: (marker: Marker) => boolean;
  /** Whether every file is hashed. @default {false} */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A verified local copy of a model as a download's result, or undefined when there is none.
 *
 * A file is hashed where its size or time is not the recorded one; the smallest files, together 32 MiB, each time. All are,
 * where a verification has found one that is wrong or something is unfinished.
 *
 * Used where the hub says that nothing changed (`DL-IDEMPOTENT`) and where it cannot be asked (`OFF-COMPLETE`).
 */
export async function localCopy(
  files: FileSystem,
  question: LocalCopyQuestion,
): Promise<DownloadResult | undefined> {
  const { source, selection, signal } = question;
  const { directory } = question.place;
  const marker = await readMarker(files, directory);
  if (marker === undefined || marker.source !== source) return undefined;
  if (!question.isRevision(marker) || !covers(marker, selection)) return undefined;
  const isAll = question.verify === true || (await isDistrusted(files, question.place));
  const smallBytes = isAll ? Number.POSITIVE_INFINITY : await smallBytesOf(files, directory);
  const { small, large } = bySize(marker.files, smallBytes);
  const faults = [
    ...(await verifyFiles(files, directory, { recorded: small, hash: "always", signal })),
    ...(await verifyFiles(files, directory, { recorded: large, hash: "touched", signal })),
  ];
  if (faults.length > 0) return undefined;
  return {
    directory,
    commit: marker.commit,
    files: marker.files.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    bytesFetched: 0,
    offline: false,
  };
}

/** A world that has many pieces of a small file has large files too. */
async function smallBytesOf(files: FileSystem, directory: string): Promise<number> {
  const marker = await files.open(join(directory, MARKER_NAME), "r");
  try {
    return marker.pieceBytes ?? SMALL_BYTES;
  } finally {
    await marker.close();
  }
}

/** The smallest files that together have no more than so many bytes, and the others. */
function bySize(
  recorded: readonly MarkerFile[],
  smallBytes: number,
): { readonly small: readonly MarkerFile[]; readonly large: readonly MarkerFile[] } {
  const sorted = recorded.toSorted((one, two) => one.sizeBytes - two.sizeBytes);
  let bytes = 0;
  const first = sorted.findIndex((file) => {
    bytes += file.sizeBytes;
    return bytes > smallBytes;
  });
  const count = first === -1 ? sorted.length : first;
  return { small: sorted.slice(0, count), large: sorted.slice(count) };
}

/** Whether what was downloaded then includes what is asked for now, whatever the repository holds: `LAYOUT-WIDER`. */
export function covers(marker: Marker, selection: Selection): boolean {
  return (
    selection.include.every((pattern) => marker.include.includes(pattern)) &&
    marker.exclude.every((pattern) => selection.exclude.includes(pattern))
  );
}
