import { relative, sep } from "node:path";
import { type FileSystem, fnmatch, MARKER_NAME, REQUIRED_PARTS } from "../../spec/mod.ts";
import type { WalkEntry } from "../disk/walk.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { earlierFiles } from "../records/earlier_files.ts";
import { readMarker } from "../records/marker.ts";

/** Where the hub's own clients keep their state of a model. */
const CLIENT_STATE = ".cache/huggingface/";
/** What shows that a directory holds a model, no matter who put it there. */
const SIGNS: readonly string[] = [...REQUIRED_PARTS.config, ...REQUIRED_PARTS.weights];

/**
 * Picks the entries of a directory that are the model's: `REMOVE-ALL`.
 *
 * Files that other tools put there are not. Which are the model's is known from marker, metadata and plan; where there
 * is none of these, a model that was copied by hand cannot be distinguished from its surroundings, and it is taken whole.
 *
 * @param entries everything below the directory
 * @returns files and links, no directories
 */
export async function ownEntries(
  files: FileSystem,
  place: ModelPlace,
  entries: readonly WalkEntry[],
): Promise<WalkEntry[]> {
  const marker = await readMarker(files, place.directory);
  const known = await earlierFiles(files, { place, source: undefined }, marker);
  const isByHand = known.size === 0 && entries.some(({ path }) => isSign(path));
  const staging = relative(place.directory, place.staging.directory).replaceAll(sep, "/");
  const isOwn = ({ path, stat }: WalkEntry) =>
    isByHand ||
    stat.kind === "link" ||
    path === MARKER_NAME ||
    path.startsWith(CLIENT_STATE) ||
    path.startsWith(`${staging}/`) ||
    known.has(path);
  return entries.filter((entry) => entry.stat.kind !== "directory" && isOwn(entry));
}

function isSign(path: string): boolean {
  const isTopLevel = !path.includes("/") && !path.startsWith(".");
  return isTopLevel && SIGNS.some((sign) => fnmatch(sign, path));
}
