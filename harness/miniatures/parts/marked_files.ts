import { createHash } from "node:crypto";
import { join } from "node:path";
import { type FileSystem, type Marker, type MarkerFile, MARKER_NAME } from "../../../spec/mod.ts";
import { exists, readBytes, readText } from "../../disk/mod.ts";
import { filePlace } from "../../scenario_parts/places.ts";
import { unlessRefused } from "./disk_steps.ts";

/** A file that is not as its marker states. */
export interface WrongMarkedFile extends MarkerFile {
  readonly wrong: "missing" | "size" | "hash";
}

interface MarkedModel {
  readonly repository: string;
}

/** The files that a marker names; none where the directory has no readable marker of the repository. */
export async function markedFiles(
  files: FileSystem,
  directory: string,
  { repository }: MarkedModel,
): Promise<readonly MarkerFile[]> {
  const text = await readText(files, join(directory, MARKER_NAME));
  if (text === undefined || !text.startsWith("{")) return [];
  const marker = parsedMarker(text);
  if (
    marker?.format !== "mlx-layout/1" ||
    marker.source !== repository ||
    !Array.isArray(marker.files)
  )
    return [];
  return marker.files.every(isMarkerFile) ? marker.files : [];
}

/** Whether an entry is whole: scenarios leave records there that lack a field, or have another kind or form of it. */
function isMarkerFile(entry: Partial<MarkerFile> | null): entry is MarkerFile {
  const hash = /^(?:sha256:[0-9a-f]{64}|git-sha1:[0-9a-f]{40})$/;
  return typeof entry?.path === "string" && hash.test(String(entry.digest));
}

/**
 * The files of a directory that are not as its marker states; none where the directory has no readable marker of the
 * repository.
 */
export async function wrongMarkedFiles(
  files: FileSystem,
  directory: string,
  model: MarkedModel,
): Promise<WrongMarkedFile[]> {
  const findWrong = async () => {
    const found: WrongMarkedFile[] = [];
    for (const file of await markedFiles(files, directory, model)) {
      const wrong = await wrongOf(files, directory, file);
      if (wrong !== undefined) found.push({ ...file, wrong });
    }
    return found;
  };
  return unlessRefused(findWrong, []);
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
