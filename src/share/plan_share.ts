import { basename, dirname, join } from "node:path";
import {
  type FileStat,
  type FileSystem,
  fnmatch,
  REQUIRED_PARTS,
  type SharedFile,
  type ShareWay,
} from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { ModelError } from "../errors.ts";
import { isRecorded, type ShareSource, type SourceFile } from "./share_source.ts";
import { dataPath, linkTo, refAt, type ShareTarget } from "./share_target.ts";

/** Data that gets a place. */
export interface DataPlacement {
  readonly kind: "data";
  /** Where, relative to the target's base, with `/`. */
  readonly at: string;
  readonly source: SourceFile;
  readonly way: ShareWay;
}

/** A link or a small text that gets a place. */
export interface TextPlacement {
  readonly kind: "link" | "text";
  readonly at: string;
  readonly text: string;
  readonly way: "there" | "copy" | "replace";
  /** What an earlier share has put there, which this one replaces. */
  readonly earlierText?: string;
}

/** Texts that earlier shares have put into the store, by their places. */
export type MadeTexts = ReadonlyMap<string, readonly string[]>;

/** Anything that gets a place. */
export type Placement = DataPlacement | TextPlacement;

/** What a share would do. */
export interface SharePlan {
  readonly source: ShareSource;
  readonly target: ShareTarget;
  readonly data: readonly DataPlacement[];
  /** Of the hub's cache: the snapshot's links, and then its ref. */
  readonly links: readonly TextPlacement[];
  readonly refs: readonly TextPlacement[];
  /** Paths of refs that stay as the store has them, since they name another commit. */
  readonly ownRefs: readonly string[];
  readonly files: readonly SharedFile[];
  readonly bytesTaken: number;
  readonly bytesFreed: number;
}

/**
 * What tools never rewrite: it is given a second name. Everything else is small, some tools rewrite it in place (a configuration
 * that is patched, a tokenizer that is saved again), and a second name would let that through into the other store: it is copied.
 */
const WEIGHTS: readonly string[] = ["*.safetensors", "*.npz", "*.gguf", "*.bin"];

/**
 * Says what a share would do, by sizes; it reads no weights and writes nothing: `SHARE-PLAN`, `SHARE-OWN`.
 *
 * @param made texts that an earlier share has put into the store, by their places
 * @throws {ModelError} `access-denied` where the store has something else in a place of the model, `integrity` where nothing says what
 * the copy's bytes must be and the store is another tool's
 */
export async function planShare(
  files: FileSystem,
  source: ShareSource,
  target: ShareTarget,
  made: MadeTexts = new Map(),
): Promise<SharePlan> {
  await assertApart(files, source, target);
  await assertNoOtherWeights(files, source, target);
  const volume = await volumeOf(files, target.base);
  const data = new Map<string, DataPlacement>();
  const links: TextPlacement[] = [];
  const shared: SharedFile[] = [];
  for (const file of source.files) {
    const digest = file.digest ?? "";
    const at = dataPath(target, file.path, digest);
    const known = data.get(at);
    const way = known?.way ?? (await wayOf(files, target, { at, file, volume }));
    if (known === undefined) data.set(at, { kind: "data", at, source: file, way });
    const link = linkTo(target, file.path, digest);
    if (link !== undefined) {
      const linkWay = await wayOfLink(files, target, link);
      links.push({ kind: "link", ...link, way: linkWay });
    }
    shared.push({
      path: file.path,
      sizeBytes: file.sizeBytes,
      way: known === undefined ? way : "there",
    });
  }
  const placed = [...data.values()];
  const sum = (list: readonly DataPlacement[]) =>
    list.reduce((bytes, { source: { sizeBytes } }) => bytes + sizeBytes, 0);
  let bytesFreed = 0;
  for (const { at, source: file, way } of placed) {
    const old = way === "replace" ? await lstatIfThere(files, join(target.base, at)) : undefined;
    if (old?.linkCount === 1) bytesFreed += file.sizeBytes;
  }
  return {
    source,
    target,
    data: placed,
    links,
    ...(await refsOf(files, source, { target, made })),
    files: shared,
    bytesTaken: sum(placed.filter(({ way }) => way === "copy")),
    bytesFreed,
  };
}

/** Whether a file is one that is shared by a second name. */
export function isWeight(path: string): boolean {
  return WEIGHTS.some((pattern) => fnmatch(pattern, path));
}

async function wayOf(
  files: FileSystem,
  target: ShareTarget,
  what: { readonly at: string; readonly file: SourceFile; readonly volume: string | undefined },
): Promise<ShareWay> {
  const { at, file, volume } = what;
  const place = join(target.base, at);
  const entry = await lstatIfThere(files, place);
  const { stat } = file;
  const isHere = volume === undefined || stat.volume === undefined || volume === stat.volume;
  if (entry === undefined) return isWeight(file.path) && isHere ? "link" : "copy";
  const there = entry.kind === "link" ? await files.stat(place) : entry;
  if (there.kind !== "file" || there.sizeBytes !== file.sizeBytes)
    throw taken(target, at, file.path);
  if (there.inode === stat.inode || entry.kind === "link") return "there";
  return isWeight(file.path) && isHere ? "replace" : "there";
}

async function wayOfLink(
  files: FileSystem,
  target: ShareTarget,
  { at, text }: { readonly at: string; readonly text: string },
): Promise<"there" | "copy"> {
  const place = join(target.base, at);
  const entry = await lstatIfThere(files, place);
  if (entry === undefined) return "copy";
  if (entry.kind === "link" && (await files.readlink(place)) === text) return "there";
  throw taken(target, at, basename(at));
}

/** A ref that names another commit is the store's own decision, unless an earlier share has made it. */
async function refsOf(
  files: FileSystem,
  { revision, commit }: ShareSource,
  { target, made }: { readonly target: ShareTarget; readonly made: MadeTexts },
): Promise<Pick<SharePlan, "refs" | "ownRefs">> {
  const at = refAt(target, revision);
  if (at === undefined) return { refs: [], ownRefs: [] };
  const there = (await readSmallFile(files, join(target.base, at)))?.trim();
  const ref = { kind: "text", at, text: commit } as const;
  if (there === undefined) return { refs: [{ ...ref, way: "copy" }], ownRefs: [] };
  if (there === commit) return { refs: [{ ...ref, way: "there" }], ownRefs: [] };
  if (made.get(at)?.includes(there) !== true) return { refs: [], ownRefs: [at] };
  return { refs: [{ ...ref, way: "replace", earlierText: there }], ownRefs: [] };
}

/** The volume of what is there of a path. */
async function volumeOf(files: FileSystem, path: string): Promise<string | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const stat = await statIfThere(files, at);
    if (stat !== undefined || at === dirname(at)) return stat?.volume;
  }
}

async function statIfThere(files: FileSystem, path: string): Promise<FileStat | undefined> {
  return (await lstatIfThere(files, path)) === undefined ? undefined : files.stat(path);
}

async function assertApart(
  files: FileSystem,
  source: ShareSource,
  { place, isOwn }: ShareTarget,
): Promise<void> {
  const { directory: from } = source;
  const { directory: to } = place;
  const attempt = `Cannot share "${from}" with "${to}"`;
  const isThere = (await lstatIfThere(files, to)) !== undefined;
  if (isThere && (await files.realpath(to)) === (await files.realpath(from)))
    throw new ModelError("invalid-argument", `${attempt}: it is the same directory`);
  if (isRecorded(source) || isOwn) return;
  throw new ModelError(
    "integrity",
    `${attempt}: nothing in it says what its bytes must be; run "mlx-layout adopt" with --from that directory, then "mlx-layout download", which compares them with the hub's, and share that copy`,
  );
}

/** A runtime takes every weight file of a directory: the shards of two models in one are neither. */
async function assertNoOtherWeights(
  files: FileSystem,
  source: ShareSource,
  target: ShareTarget,
): Promise<void> {
  const { place } = target;
  if (place.cache !== undefined) return;
  const own = new Set(source.files.map(({ path }) => path));
  for (const name of await namesIn(files, place.directory)) {
    const isOther = REQUIRED_PARTS.weights.some((sign) => fnmatch(sign, name)) && !own.has(name);
    if (isOther && !isDesktopFile(name)) throw taken(target, name, name);
  }
}

/** What the store has in a place of the model, and is not the model's. */
export function taken({ place, base }: ShareTarget, at: string, file: string): ModelError {
  return new ModelError(
    "access-denied",
    `Cannot share into "${join(base, at)}": the store has something else there; "mlx-layout remove ${place.directory}" removes that copy`,
    { file },
  );
}
