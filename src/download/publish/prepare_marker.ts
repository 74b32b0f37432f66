import { join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../../spec/mod.ts";
import { writeTemporaryFile } from "../../disk/small_file.ts";
import { formatMarker } from "../../records/marker.ts";
import type { KeptFile } from "../inspect/disk_state.ts";
import type { Move, Publication, PublishHost } from "./publisher.ts";

/** A file with the time of its last change, which moving it does not alter. */
export interface DatedFile extends KeptFile {
  readonly modifiedMs: number;
}

/** Notes when a file was changed last, where it lies now. */
export async function dated(files: FileSystem, file: KeptFile, path: string): Promise<DatedFile> {
  return { ...file, modifiedMs: (await files.stat(path)).modifiedMs };
}

/** Writes the next marker beside its place; undefined where the one that is there says the same, or none is wanted. */
export async function prepareMarker(
  host: PublishHost,
  publication: Publication & { readonly isChanged: boolean },
  all: readonly DatedFile[],
): Promise<Move | undefined> {
  const { files, random } = host;
  const { task, marker, isChanged } = publication;
  if (!task.writesMarker) return undefined;
  const { source, revision, commit, include, exclude, place } = task;
  const text = formatMarker({
    format: "mlx-layout/1",
    source,
    revision,
    commit,
    include,
    exclude,
    files: all.map(({ wanted, sizeBytes, digest, modifiedMs }) => ({
      path: wanted.path,
      sizeBytes,
      digest,
      modifiedMs,
    })),
  });
  if (!isChanged && marker !== undefined && formatMarker(marker) === text) return undefined;
  const temporaryDirectory = place.staging.temporary;
  return {
    source: await writeTemporaryFile(files, { text, temporaryDirectory, random }),
    target: join(place.directory, MARKER_NAME),
  };
}
