import { basename, dirname, join } from "node:path";
import {
  type Digest,
  type FileStat,
  type FileSystem,
  fnmatch,
  MARKER_NAME,
  REQUIRED_PARTS,
} from "../../spec/mod.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { namesIn, walk } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { assertSafePath } from "../layout/safe_path.ts";
import { selectionOf } from "../layout/select_files.ts";
import { readCommitListing } from "../records/commit_listing.ts";
import { readMarker } from "../records/marker.ts";
import { digestOfEtag, pathsWithMetadata, readMetadata } from "../records/metadata.ts";
import { modelStatus } from "../records/model_status.ts";

/** One file of a copy that is shared. */
export interface SourceFile {
  /** Repository path, with `/`. */
  readonly path: string;
  /** Absolute path of its data: in the hub's cache that of the content. */
  readonly data: string;
  readonly sizeBytes: number;
  /** What its bytes must be; undefined where nothing says it. */
  readonly digest: Digest | undefined;
  readonly stat: FileStat;
}

/** A copy that is shared, and what is recorded of it. */
export interface ShareSource {
  readonly directory: string;
  /** Empty where nothing says it. */
  readonly commit: string;
  /** The branch or tag that the commit is of, or the commit itself. */
  readonly revision: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly files: readonly SourceFile[];
}

/** What somebody wrote down about the files of a directory. */
interface Records extends Pick<ShareSource, "commit" | "revision" | "include" | "exclude"> {
  readonly digests: ReadonlyMap<string, Digest | undefined>;
}

/**
 * Reads which files a copy has and what their bytes must be: by its marker, by the hub's cache, or by the metadata that the hub's
 * clients write beside files. No content is read: that comes before anything is shared.
 *
 * @returns files without digests where nothing says what their bytes must be
 * @throws {ModelError} `not-downloaded` where there is no such copy, `integrity` where a file is missing or of another size
 */
export async function readSource(
  files: FileSystem,
  place: ModelPlace,
  repository: string,
): Promise<ShareSource> {
  const { directory } = place;
  await assertWhole(files, place, repository);
  const records =
    (await byMarker(files, directory)) ??
    (await byCache(files, place)) ??
    (await byMetadata(files, directory)) ??
    (await byNothing(files, directory));
  const found: SourceFile[] = [];
  for (const [path, digest] of records.digests) {
    assertSafePath(path);
    const entry = join(directory, ...path.split("/"));
    const stat = await files.stat(entry);
    const data = await files.realpath(entry);
    found.push({ path, data, sizeBytes: stat.sizeBytes, digest, stat });
  }
  const { commit, revision, include, exclude } = records;
  return { directory, commit, revision, include, exclude, files: found };
}

async function assertWhole(
  files: FileSystem,
  place: ModelPlace,
  repository: string,
): Promise<void> {
  const { directory } = place;
  const status = await modelStatus(files, {
    place,
    source: repository,
    revision: undefined,
    hash: "never",
    unmarked: "sizes",
    // A disk that fails is not a copy that is damaged.
    refusal: "error",
  });
  const attempt = `Cannot share "${repository}" from "${directory}"`;
  if (status.state === "incomplete") {
    const [fault] = status.faults;
    const isAbsent = status.notDownloaded === true;
    throw new ModelError(
      isAbsent ? "not-downloaded" : "integrity",
      isAbsent
        ? `${attempt}: there is no model; "mlx-layout list --long" shows those that there are`
        : `${attempt}: ${fault?.path} ${fault?.detail}; run "mlx-layout doctor ${directory}"`,
      fault && { file: fault.path },
    );
  }
  const marker = await readMarker(files, directory);
  if (marker !== undefined && marker.source !== repository)
    throw new ModelError(
      "not-downloaded",
      `${attempt}: it is "${marker.source}"; name that one, or another directory with --from`,
    );
}

async function byMarker(files: FileSystem, directory: string): Promise<Records | undefined> {
  const marker = await readMarker(files, directory);
  if (marker === undefined || marker.commit === "") return undefined;
  const digests = new Map(marker.files.map(({ path, digest }) => [path, digest]));
  return { ...marker, digests };
}

/** The hub's cache has each content under its hash. */
async function byCache(files: FileSystem, place: ModelPlace): Promise<Records | undefined> {
  const { directory, cache } = place;
  if (cache === undefined) return undefined;
  // A copy in place of a link may be of any file.
  const listing = await readCommitListing(files, place, { isAsked: () => true });
  const listed = new Map(listing?.map(({ path, digest }) => [path, digest]));
  const digests = new Map<string, Digest>();
  for await (const { path, stat } of walk(files, directory)) {
    if (stat.kind === "directory" || path === MARKER_NAME || isDesktopFile(path)) continue;
    const named =
      stat.kind === "link"
        ? digestOfEtag(basename(await files.readlink(join(directory, path))))
        : undefined;
    const digest = named ?? listed.get(path);
    if (digest === undefined) return undefined;
    digests.set(path, digest);
  }
  const commit = basename(directory);
  return { commit, revision: await refOf(files, cache.refs, commit), ...usual(), digests };
}

/** The branch that a commit is of, `main` before others; the commit itself where none has it. */
async function refOf(files: FileSystem, refs: string, commit: string): Promise<string> {
  const found: string[] = [];
  for await (const { path, stat } of walk(files, refs))
    if (stat.kind === "file" && (await readSmallFile(files, join(refs, path)))?.trim() === commit)
      found.push(path);
  return found.includes("main") ? "main" : (found[0] ?? commit);
}

/** `huggingface_hub` with a directory of the user's, and HubApi, write down each file's etag. */
async function byMetadata(files: FileSystem, directory: string): Promise<Records | undefined> {
  const digests = new Map<string, Digest>();
  const commits = new Set<string>();
  for (const path of await pathsWithMetadata(files, directory)) {
    const metadata = await readMetadata(files, directory, { path });
    const digest = metadata && digestOfEtag(metadata.etag);
    if (digest === undefined) return undefined;
    commits.add(metadata?.commit ?? "");
    if (await isFile(files, join(directory, path))) digests.set(path, digest);
  }
  const isWeight = (name: string) => REQUIRED_PARTS.weights.some((sign) => fnmatch(sign, name));
  const names = (await namesIn(files, directory)).filter((name) => !isDesktopFile(name));
  const [commit = "", ...others] = commits;
  const isAll = names.filter(isWeight).every((name) => digests.has(name));
  if (digests.size === 0 || others.length > 0 || !isAll) return undefined;
  return { commit, revision: commit, ...usual(), digests };
}

/** Files of a tool that writes nothing down: the visible ones. */
async function byNothing(files: FileSystem, directory: string): Promise<Records> {
  const digests = new Map<string, undefined>();
  for await (const { path } of walk(files, directory)) {
    const isHidden = path.split("/").some((name) => name.startsWith("."));
    if (isHidden || isDesktopFile(path) || !(await isFile(files, join(directory, path)))) continue;
    digests.set(path, undefined);
  }
  return { commit: "", revision: "", ...usual(), digests };
}

function usual(): Pick<ShareSource, "include" | "exclude"> {
  const { include, exclude } = selectionOf({});
  return { include, exclude };
}

async function isFile(files: FileSystem, path: string): Promise<boolean> {
  try {
    return (await files.stat(path)).kind === "file";
  } catch {
    // A link that leads nowhere, or out of the store, has no data to share; what that means is a matter for the check.
    return false;
  }
}

/** Whether a copy says what all its bytes must be. */
export function isRecorded({ files }: ShareSource): boolean {
  return files.every(({ digest }) => digest !== undefined);
}

/** The name of the listing of a snapshot's commit, where the copy lies in the hub's cache. */
export function listingOf({ cache, directory }: ModelPlace): string | undefined {
  return cache && join(dirname(cache.snapshots), "trees", `${basename(directory)}.json`);
}
