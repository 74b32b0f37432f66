import type { DownloadResult, FileSystem, Marker } from "../../../spec/mod.ts";
import type { ModelPlace } from "../../layout/model_place.ts";
import type { Selection } from "../../layout/select_files.ts";
import { readMarker } from "../../records/marker.ts";
import { verifyFiles } from "../../records/verify_files.ts";

/** What a local copy is asked for. */
export interface LocalCopyQuestion {
  readonly place: ModelPlace;
  readonly source: string;
  readonly selection: Selection;
  /** Whether the marker's revision or commit will do. */
  readonly isRevision: (marker: Marker) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A verified local copy of a model as a download's result, or undefined when there is none: every byte is hashed.
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
  const faults = await verifyFiles(files, directory, {
    recorded: marker.files,
    hash: "always",
    signal,
  });
  if (faults.length > 0) return undefined;
  return {
    directory,
    commit: marker.commit,
    files: marker.files.map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    bytesFetched: 0,
    offline: false,
  };
}

/** Whether what was downloaded then includes what is asked for now, whatever the repository holds: `LAYOUT-WIDER`. */
export function covers(marker: Marker, selection: Selection): boolean {
  return (
    selection.include.every((pattern) => marker.include.includes(pattern)) &&
    marker.exclude.every((pattern) => selection.exclude.includes(pattern))
  );
}
