import { parseJsonText } from "../limits/parse_json_text.ts";
import { join } from "node:path";
import {
  type Digest,
  type FileSystem,
  type Marker,
  MARKER_NAME,
  type MarkerFile,
} from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { assertSafePath } from "../layout/safe_path.ts";

/**
 * Reads a model's marker.
 *
 * @param directory the model's directory
 * @returns what it says, or undefined when there is none or it is of another format: that proves nothing (`MARK-FOREIGN`)
 */
export async function readMarker(
  files: FileSystem,
  directory: string,
): Promise<Marker | undefined> {
  const text = await readSmallFile(files, join(directory, MARKER_NAME));
  return text === undefined ? undefined : parseMarker(text);
}

/** The text of a marker, with its files in order so that equal markers are equal bytes. */
export function formatMarker(marker: Marker): string {
  const sorted = marker.files.toSorted((one, two) => (one.path < two.path ? -1 : 1));
  return `${JSON.stringify({ ...marker, files: sorted }, undefined, 1)}\n`;
}

/** What a marker's text says, or undefined when any part of it is not as it must be. */
export function parseMarker(text: string): Marker | undefined {
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch {
    // An empty or foreign marker is not a failure: it only proves nothing.
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { format, source, revision, commit, include, exclude, files } = value as Record<
    string,
    unknown
  >;
  const isRight =
    format === "mlx-layout/1" &&
    typeof source === "string" &&
    typeof revision === "string" &&
    typeof commit === "string" &&
    isTexts(include) &&
    isTexts(exclude) &&
    Array.isArray(files) &&
    files.length > 0 &&
    files.every(isMarkerFile);
  return isRight ? { format, source, revision, commit, include, exclude, files } : undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isMarkerFile(value: unknown): value is MarkerFile {
  if (typeof value !== "object" || value === null) return false;
  const { path, sizeBytes, digest, modifiedMs } = value as Record<string, unknown>;
  return (
    typeof path === "string" &&
    isSafe(path) &&
    Number.isSafeInteger(sizeBytes) &&
    isDigest(digest) &&
    typeof modifiedMs === "number"
  );
}

function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && /^(?:sha256:[0-9a-f]{64}|git-sha1:[0-9a-f]{40})$/.test(value);
}

/** A marker can come from anywhere; a path in it must not lead out of the directory either. */
function isSafe(path: string): boolean {
  try {
    assertSafePath(path);
    return true;
  } catch {
    return false;
  }
}
