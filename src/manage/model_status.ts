import { basename, join } from "node:path";
import {
  type FileFault,
  type FileSystem,
  type Marker,
  type MarkerFile,
  type ModelStatus,
  KIND_PARTS,
  lackingKindParts,
  type ModelKind,
  modelKind,
} from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, walk } from "../disk/walk.ts";
import { isInsideRoot } from "../layout/inside_root.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";
import { lackingParts, selectionOf } from "../layout/select_files.ts";
import { readCommitListing } from "../records/commit_listing.ts";
import { readPlan } from "../records/download_intent.ts";
import { readMarker } from "../records/marker.ts";
import { verifyFiles, type VerifyFilesOptions } from "../records/verify_files.ts";

/** What is asked about a model's directory. */
export interface StatusQuestion extends VerifyFilesOptions {
  readonly place: ModelPlace;
  /** `org/name` or URL that the directory must be of; undefined when anything will do. */
  readonly source: string | undefined;
  /** Revision that it must be; undefined when any will do. */
  readonly revision: string | undefined;
}

/**
 * Answers whether a directory holds a whole model, without the network: `STATUS-ANSWERS`, `STATUS-HONEST`.
 *
 * Complete means: a marker of this implementation names files, the required parts are among them, and each is as
 * recorded. Without a marker nothing is known of the files that are there, only of those that are not.
 */
export async function modelStatus(
  files: FileSystem,
  question: StatusQuestion,
): Promise<ModelStatus> {
  const { place, source } = question;
  const { directory } = place;
  const marker = await readMarker(files, directory);
  if (marker === undefined) {
    const listed = await readCommitListing(files, place);
    return listed === undefined
      ? withoutMarker(files, question)
      : ofListing(files, { ...question, recorded: listed });
  }
  if (source !== undefined && marker.source !== source) {
    return { state: "unknown", directory, why: `its marker is of "${marker.source}"` };
  }
  const isOfHub = marker.commit !== "";
  const paths = marker.files.map((file) => file.path);
  const faults = [
    ...(isOfHub && isModel(marker) ? await lackingFaults(files, place, paths) : []),
    ...(await verifyFiles(files, directory, { ...question, recorded: marker.files })),
  ];
  if (faults.length > 0) return { state: "incomplete", directory, faults };
  if (
    question.revision !== undefined &&
    ![marker.revision, marker.commit].includes(question.revision)
  ) {
    const why = `it holds revision "${marker.revision}" (${marker.commit}), and whether that is "${question.revision}" only the hub can tell`;
    return { state: "unknown", directory, why };
  }
  return { state: "complete", directory, commit: marker.commit };
}

/** Files that were chosen by hand make no claim to be a model. */
function isModel(marker: Marker): boolean {
  const usual = selectionOf({});
  return usual.include.every((pattern) => marker.include.includes(pattern));
}

/** A snapshot of another client: the listing of its commit says what there must be, and every byte of it is hashed. */
async function ofListing(
  files: FileSystem,
  question: StatusQuestion & { readonly recorded: readonly MarkerFile[] },
): Promise<ModelStatus> {
  const { recorded } = question;
  const { directory } = question.place;
  const faults = [
    ...(await lackingFaults(
      files,
      question.place,
      recorded.map(({ path }) => path),
    )),
    ...(await verifyFiles(files, directory, { ...question, hash: "always" })),
  ];
  if (faults.length > 0) return { state: "incomplete", directory, faults };
  return { state: "complete", directory, commit: basename(directory) };
}

async function withoutMarker(files: FileSystem, question: StatusQuestion): Promise<ModelStatus> {
  const { place, source } = question;
  const { directory } = place;
  const plan = await readPlan(files, place);
  if (plan !== undefined && (source === undefined || plan.source === source)) {
    const faults = await verifyFiles(files, directory, { ...question, recorded: plan.files });
    if (faults.length > 0) return { state: "incomplete", directory, faults };
  }
  const paths: string[] = [];
  for await (const { path, stat } of walk(files, directory)) {
    if (
      stat.kind === "file" ||
      (stat.kind === "link" && (await isFile(files, join(directory, path))))
    )
      paths.push(path);
  }
  const faults = await lackingFaults(files, place, paths);
  if (faults.length > 0) return { state: "incomplete", directory, faults };
  const why =
    "it has no marker, so its files were never verified; download it again to verify them";
  return { state: "unknown", directory, why };
}

async function isFile(files: FileSystem, path: string): Promise<boolean> {
  if ((await lstatIfThere(files, path)) === undefined) return false;
  try {
    return (await files.stat(path)).kind === "file";
  } catch {
    // A link that leads nowhere is not a file; why it leads nowhere is a matter for the check.
    return false;
  }
}

/** What the kind of a model requires and its directory does not have: `LAYOUT-KIND`. */
async function lackingFaults(
  files: FileSystem,
  place: ModelPlace,
  paths: readonly string[],
): Promise<FileFault[]> {
  // What has all that a language model needs has all that any kind of this layout needs.
  if (lackingParts(paths).length === 0) return [];
  const kind = await kindOf(files, place, paths);
  return lackingKindParts(kind, paths).map((part) => ({
    path: KIND_PARTS[part].join(" or "),
    fault: "missing",
    detail: `is not there (${part})`,
  }));
}

async function kindOf(
  files: FileSystem,
  place: ModelPlace,
  paths: readonly string[],
): Promise<ModelKind> {
  const { root, directory } = place;
  const path = join(directory, "config.json");
  let config: Readonly<Record<string, unknown>> | undefined;
  try {
    // In the hub's cache it is a link.
    const isInside = await isInsideRoot(files, root, path);
    const text = isInside ? await readSmallFile(files, await files.realpath(path)) : undefined;
    const json: unknown = parseJsonText(text ?? "");
    if (typeof json === "object" && json !== null && !Array.isArray(json)) config = { ...json };
  } catch {
    // What is wrong with the configuration is a matter for the check; here it names no kind.
  }
  return modelKind({ paths, config });
}
