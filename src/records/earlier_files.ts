import { dirname, join } from "node:path";
import { parseJsonText } from "../limits/parse_json_text.ts";
import { type Digest, type FileSystem, type Marker } from "../../spec/mod.ts";
import { firstLink } from "../disk/confined_files.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { assertSafePath } from "../layout/safe_path.ts";
import { digestOfEtag, metadataPath, pathsWithMetadata, readMetadata } from "./metadata.ts";
import { parseMarker } from "./marker.ts";
import type { ModelPlace } from "../layout/model_place.ts";

/** Files that earlier downloads brought, by path, with the hash that they had if it is known. */
export type EarlierFiles = ReadonlyMap<string, Digest | undefined>;

/** What is asked for earlier files. */
export interface EarlierFilesQuestion {
  readonly place: ModelPlace;
  /** Repository or URL that they must be of; undefined when anything will do. */
  readonly source: string | undefined;
}

/**
 * Gathers what shows that a file was downloaded once: metadata, the plans of downloads that did not finish, the marker.
 *
 * A download that was killed while it published has left files that only its plan names.
 */
export async function earlierFiles(
  files: FileSystem,
  question: EarlierFilesQuestion,
  marker: Marker | undefined,
): Promise<EarlierFiles> {
  const { source } = question;
  const { directory } = question.place;
  const found = new Map<string, Digest | undefined>();
  for (const path of await pathsWithMetadata(files, directory)) {
    const metadata = await readMetadata(files, directory, { path });
    if (metadata !== undefined) found.set(path, digestOfEtag(metadata.etag));
  }
  for (const [path, digest] of await plannedFiles(files, question)) found.set(path, digest);
  if (marker !== undefined && [undefined, marker.source].includes(source)) {
    for (const file of marker.files) found.set(file.path, file.digest);
  }
  return withoutLinked(files, directory, found);
}

/** A record may have come with the directory: nothing behind a link in it was downloaded by us. `LAYOUT-PLANTED`. */
async function withoutLinked(
  files: FileSystem,
  directory: string,
  found: EarlierFiles,
): Promise<EarlierFiles> {
  const isLinked = new Map<string, boolean>();
  const kept = new Map<string, Digest | undefined>();
  for (const [path, digest] of found) {
    const parents = [join(directory, path), metadataPath(directory, path)].map((at) => dirname(at));
    for (const parent of parents) {
      if (isLinked.has(parent)) continue;
      isLinked.set(parent, (await firstLink(files, directory, parent)) !== undefined);
    }
    if (!parents.some((parent) => isLinked.get(parent))) kept.set(path, digest);
  }
  return kept;
}

/** The plan as it is written: what is wanted, and what even earlier plans had wanted. */
export interface WrittenPlan extends Marker {
  readonly earlier: readonly (readonly [path: string, digest: Digest | undefined])[];
}

async function plannedFiles(
  files: FileSystem,
  { place, source }: EarlierFilesQuestion,
): Promise<Map<string, Digest | undefined>> {
  const text = await readSmallFile(files, place.staging.plan);
  const plan = text === undefined ? undefined : parseMarker(text);
  if (text === undefined || plan === undefined) return new Map();
  if (source !== undefined && plan.source !== source) return new Map();
  const found = new Map<string, Digest | undefined>(readEarlier(text));
  for (const file of plan.files) found.set(file.path, file.digest);
  return found;
}

function readEarlier(text: string): [string, Digest | undefined][] {
  const { earlier } = parseJsonText(text) as { earlier?: unknown };
  if (!Array.isArray(earlier)) return [];
  return earlier.flatMap((item: unknown) => {
    const [path, digest] = Array.isArray(item) ? (item as unknown[]) : [];
    if (typeof path !== "string" || !isSafe(path)) return [];
    const hex = typeof digest === "string" ? digest.slice(digest.indexOf(":") + 1) : "";
    return [[path, digestOfEtag(hex)]];
  });
}

function isSafe(path: string): boolean {
  try {
    assertSafePath(path);
    return true;
  } catch {
    // A path that leads out of the directory is not followed, no matter who wrote it.
    return false;
  }
}
