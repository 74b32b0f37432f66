import { createHash } from "node:crypto";
import { join } from "node:path";
import { type FileSystem, type Marker, MARKER_NAME } from "../../spec/mod.ts";
import { type DiskImage, nodeAt } from "../disk/disk_image.ts";
import { exists, readBytes, readText } from "../disk/mod.ts";
import { filePlace } from "./places.ts";

/** A model's marker as text; undefined when there is none. */
export function markerText(files: FileSystem, directory: string): Promise<string | undefined> {
  return readText(files, join(directory, MARKER_NAME));
}

/**
 * What is false about a model's marker: a file that it names is not there, or is another one.
 *
 * @returns undefined when every file is as stated, and when there is no marker of the spec's format: that names nothing
 */
export async function falseMarker(
  files: FileSystem,
  directory: string,
): Promise<string | undefined> {
  for (const named of namedFiles(await markerText(files, directory))) {
    const place = filePlace(directory, named.path);
    const bytes = (await exists(files, place)) ? await readBytes(files, place) : undefined;
    const falsehood = falsehoodOf(named, bytes);
    if (falsehood !== undefined) return falsehood;
  }
  return undefined;
}

/** As {@linkcode falseMarker}, of a disk that lies still. */
export function falseMarkerIn(image: DiskImage, directory: string): string | undefined {
  const bytesAt = (path: string) => {
    const node = nodeAt(image, path);
    return node?.kind === "file" ? node.bytes : undefined;
  };
  const marker = bytesAt(join(directory, MARKER_NAME));
  return namedFiles(marker && new TextDecoder().decode(marker))
    .map((named) => falsehoodOf(named, bytesAt(filePlace(directory, named.path))))
    .find((falsehood) => falsehood !== undefined);
}

function falsehoodOf(
  { path, sizeBytes, digest }: Marker["files"][number],
  bytes: Uint8Array | undefined,
): string | undefined {
  if (bytes === undefined) return `${path} is named and not there`;
  const [algorithm, hex] = digest.split(":");
  const hash =
    algorithm === "sha256"
      ? createHash("sha256")
      : createHash("sha1").update(`blob ${bytes.length}\0`);
  const isRight = bytes.length === sizeBytes && hash.update(bytes).digest("hex") === hex;
  return isRight ? undefined : `${path} is not as stated`;
}

function namedFiles(text: string | undefined): Marker["files"] {
  try {
    const marker = JSON.parse(text ?? "null") as Partial<Marker> | null;
    return marker?.format === "mlx-layout/1" ? (marker.files ?? []) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
