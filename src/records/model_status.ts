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
  type WaitOptions,
} from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { lstatIfThere, walk } from "../disk/walk.ts";
import { isInsideRoot } from "../layout/inside_root.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";
import { lackingParts, selectionOf } from "../layout/select_files.ts";
import { readCommitListing } from "./commit_listing.ts";
import { readPlan } from "./download_intent.ts";
import { readMarker } from "./marker.ts";
import { verifyFiles, type VerifyFilesOptions } from "./verify_files.ts";
import { ComparisonMeter } from "./comparison_meter.ts";

/** What is asked about a model's directory. */
export interface StatusQuestion extends Omit<VerifyFilesOptions, "tally"> {
  readonly onProgress?: WaitOptions["onProgress"];
  readonly place: ModelPlace;
  /** `org/name` or URL that the directory must be of; undefined when anything will do. */
  readonly source: string | undefined;
  /** Revision that it must be; undefined when any will do. */
  readonly revision: string | undefined;
  /**
   * Whether the contents of a snapshot without a marker are hashed, or only its sizes compared with its listing; then what
   * has no fault is `unknown`. @default {"hashes"}
   */
  readonly unmarked?: "hashes" | "sizes";
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
  const meter = new ComparisonMeter(question.onProgress);
  const isOfHub = marker.commit !== "";
  const paths = marker.files.map((file) => file.path);
  const faults = [
    ...(isOfHub && isModel(marker) ? await lackingFaults(files, place, paths) : []),
    ...(await compare(files, marker.files, { ...question, meter })),
  ];
  const compared = meter.comparison;
  if (faults.length > 0) return { state: "incomplete", directory, faults, compared };
  if (
    question.revision !== undefined &&
    ![marker.revision, marker.commit].includes(question.revision)
  ) {
    const why = `it holds revision "${marker.revision}" (${marker.commit}), and whether that is "${question.revision}" only the hub can tell`;
    return { state: "unknown", directory, why };
  }
  return { state: "complete", directory, commit: marker.commit, compared };
}

/** Compares the files of the place with what is recorded of them. @returns every fault */
function compare(
  files: FileSystem,
  recorded: readonly MarkerFile[],
  question: StatusQuestion & { readonly meter: ComparisonMeter },
): Promise<FileFault[]> {
  const { meter, place } = question;
  meter.expect(recorded);
  return verifyFiles(files, place.directory, { ...question, recorded, tally: meter });
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
  const { recorded, unmarked = "hashes" } = question;
  const { directory } = question.place;
  const meter = new ComparisonMeter(question.onProgress);
  const hash = unmarked === "hashes" ? "always" : "never";
  const faults = [
    ...(await lackingFaults(
      files,
      question.place,
      recorded.map(({ path }) => path),
    )),
    ...(await compare(files, recorded, { ...question, meter, hash })),
  ];
  const compared = meter.comparison;
  if (faults.length > 0) return { state: "incomplete", directory, faults, compared };
  if (hash === "never") {
    const why = "its sizes are as listed, and its bytes were not compared";
    return { state: "unknown", directory, why };
  }
  return { state: "complete", directory, commit: basename(directory), compared };
}

async function withoutMarker(files: FileSystem, question: StatusQuestion): Promise<ModelStatus> {
  const { place, source } = question;
  const { directory } = place;
  const plan = await readPlan(files, place);
  if (plan !== undefined && (source === undefined || plan.source === source)) {
    const meter = new ComparisonMeter(question.onProgress);
    const faults = await compare(files, plan.files, { ...question, meter });
    if (faults.length > 0)
      return { state: "incomplete", directory, faults, compared: meter.comparison };
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
  if (faults.length > 0) {
    const notDownloaded = paths.every(isDesktopFile) && plan === undefined;
    return { state: "incomplete", directory, faults, ...(notDownloaded && { notDownloaded }) };
  }
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
export async function lackingFaults(
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
