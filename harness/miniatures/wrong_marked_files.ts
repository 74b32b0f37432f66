import { createHash } from "node:crypto";
import { join } from "node:path";
import { type FileSystem, type Marker, type MarkerFile, MARKER_NAME } from "../../spec/mod.ts";
import { exists, readBytes, readText } from "../disk/mod.ts";
import { filePlace } from "../scenario_parts/places.ts";
import { unlessRefused } from "./unless_refused.ts";

/** A file that is not as its marker states. */
export interface WrongMarkedFile extends MarkerFile {
  readonly wrong: "missing" | "size" | "hash";
}

/** The files of a directory that are not as its marker states; none where there is no such marker that can be read. */
export async function wrongMarkedFiles(
  files: FileSystem,
  directory: string,
  options: { readonly repository: string },
): Promise<WrongMarkedFile[]> {
  return unlessRefused(() => findWrong(files, directory, options), []);
}

async function findWrong(
  files: FileSystem,
  directory: string,
  options: { readonly repository: string },
): Promise<WrongMarkedFile[]> {
  const text = await readText(files, join(directory, MARKER_NAME));
  if (text === undefined || !text.startsWith("{")) return [];
  const marker = parsedMarker(text);
  if (marker?.source !== options.repository) return [];
  const found: WrongMarkedFile[] = [];
  for (const file of marker.files ?? []) {
    const wrong = await wrongOf(files, directory, file);
    if (wrong !== undefined) found.push({ ...file, wrong });
  }
  return found;
}

function parsedMarker(text: string): Partial<Marker> | undefined {
  try {
    return JSON.parse(text) as Partial<Marker>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function wrongOf(
  files: FileSystem,
  directory: string,
  { path, sizeBytes, digest }: MarkerFile,
): Promise<WrongMarkedFile["wrong"] | undefined> {
  const place = filePlace(directory, path);
  if (!(await exists(files, place))) return "missing";
  if ((await files.stat(place)).sizeBytes !== sizeBytes) return "size";
  const [algorithm, hex] = digest.split(":");
  const bytes = await readBytes(files, place);
  const hash =
    algorithm === "sha256"
      ? createHash("sha256")
      : createHash("sha1").update(`blob ${bytes.length}\0`);
  return hash.update(bytes).digest("hex") === hex ? undefined : "hash";
}
