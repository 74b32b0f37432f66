import { createHash } from "node:crypto";
import { join } from "node:path";
import { type FileSystem, type Marker, MARKER_NAME } from "../../spec/mod.ts";
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
  for (const { path, sizeBytes, digest } of namedFiles(await markerText(files, directory))) {
    const place = filePlace(directory, path);
    if (!(await exists(files, place))) return `${path} is named and not there`;
    const bytes = await readBytes(files, place);
    const [algorithm, hex] = digest.split(":");
    const hash =
      algorithm === "sha256"
        ? createHash("sha256")
        : createHash("sha1").update(`blob ${bytes.length}\0`);
    if (bytes.length !== sizeBytes || hash.update(bytes).digest("hex") !== hex)
      return `${path} is not as stated`;
  }
  return undefined;
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
