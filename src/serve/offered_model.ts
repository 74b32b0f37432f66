import { join } from "node:path";
import type { Digest, FileSystem, MarkerFile } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { readWeightMap } from "../load/config/read_weight_map.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";
import { lackingFaults } from "../records/model_status.ts";
import { verifyFiles } from "../records/verify_files.ts";
import { type CopyRecord, copyRecord, type ModelCopy } from "./copy_record.ts";
import { type FileIdentity, isSameFile } from "./file_identity.ts";
import { isOfferedPath } from "./offered_path.ts";
import { recordByReading } from "./unrecorded_copy.ts";

/** A time that no file has. */
const NO_TIME = -1;

/** One file that is offered. */
export interface OfferedFile {
  /** Repository-relative path, with `/`. */
  readonly path: string;
  /** Absolute path on the disk. */
  readonly place: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  /** The file that was verified. */
  readonly identity: FileIdentity;
}

/** A copy of a model that is whole, each of its bytes as recorded. */
export interface OfferedModel {
  readonly repository: string;
  /** Absolute path of the copy. */
  readonly directory: string;
  /** Forty hexadecimal digits. */
  readonly commit: string;
  /** Whether its users took it for an MLX model. */
  readonly isMlx: boolean;
  /** By path, in order. */
  readonly files: ReadonlyMap<string, OfferedFile>;
  /** What the answer rests on, by absolute path: the files, and the record of them. */
  readonly watched: ReadonlyMap<string, FileIdentity>;
}

/** Options of {@linkcode examineCopy}. */
export interface ExamineOptions {
  /** Whether copies of which nothing is recorded are offered as they are. */
  readonly unverified: boolean;
  /** The copy as it was when it was last whole. @default {it was never offered} */
  readonly earlier?: OfferedModel | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds out whether a copy can be offered: `SERVE-WHOLE`. It reads what was not verified when it was downloaded, to the end.
 *
 * @returns undefined where a part is missing, a byte differs from what is recorded, or nothing is recorded
 */
export async function examineCopy(
  files: FileSystem,
  copy: ModelCopy,
  { unverified, earlier, signal }: ExamineOptions,
): Promise<OfferedModel | undefined> {
  const { place, listed } = copy;
  const { directory } = place;
  const record =
    (await copyRecord(files, copy)) ??
    (unverified ? await recordByReading(files, copy, signal) : undefined);
  if (record === undefined) return undefined;
  // Noted first: what changes meanwhile is another file afterwards.
  const watched = await identities(files, copy, record);
  if (watched === undefined) return undefined;
  const paths = record.files.map(({ path }) => path);
  const recorded = withDoubt(record, { directory, earlier, watched });
  const { hash } = record;
  const faults = [
    ...(await lackingFaults(files, place, paths)),
    ...(await verifyFiles(files, directory, { recorded, hash, signal })),
  ];
  if (faults.length > 0 || !(await hasItsShards(files, directory, record))) return undefined;
  const offered = record.files
    .filter(({ path }) => isOfferedPath(path))
    .toSorted((one, two) => (one.path < two.path ? -1 : 1))
    .map((file) => offeredFile(file, directory, watched));
  return {
    repository: listed.repository,
    directory,
    commit: record.commit,
    isMlx: await isMlxModel(files, copy),
    files: new Map(offered.map((file) => [file.path, file])),
    watched,
  };
}

/** Whether everything that a copy was examined by is as it was. */
export async function isUnchanged(files: FileSystem, model: OfferedModel): Promise<boolean> {
  for (const [path, identity] of model.watched) {
    const now = await identityAt(files, path);
    if (now === undefined || !isSameFile(identity, now)) return false;
  }
  return true;
}

/**
 * What is recorded, without the times of files that were replaced under the same record: that a time is as recorded proves
 * nothing of them.
 */
function withDoubt(
  { files, path: recordPath }: CopyRecord,
  context: {
    readonly directory: string;
    readonly earlier: OfferedModel | undefined;
    readonly watched: ReadonlyMap<string, FileIdentity>;
  },
): readonly MarkerFile[] {
  const { directory, earlier, watched } = context;
  const isSame = (path: string) => {
    const [one, other] = [earlier?.watched.get(path), watched.get(path)];
    return one !== undefined && other !== undefined && isSameFile(one, other);
  };
  if (recordPath === undefined || !isSame(recordPath)) return files;
  return files.map((file) =>
    isSame(join(directory, file.path)) ? file : { ...file, modifiedMs: NO_TIME },
  );
}

function offeredFile(
  { path, sizeBytes, digest }: MarkerFile,
  directory: string,
  watched: ReadonlyMap<string, FileIdentity>,
): OfferedFile {
  const place = join(directory, path);
  const identity = watched.get(place) ?? { inode: "", sizeBytes, modifiedMs: -1 };
  return { path, place, sizeBytes, digest, identity };
}

async function identities(
  files: FileSystem,
  { place }: ModelCopy,
  record: CopyRecord,
): Promise<Map<string, FileIdentity> | undefined> {
  const paths = record.files.map(({ path }) => join(place.directory, path));
  const watched = new Map<string, FileIdentity>();
  for (const path of [...paths, ...(record.path === undefined ? [] : [record.path])]) {
    const identity = await identityAt(files, path);
    if (identity === undefined) return undefined;
    watched.set(path, identity);
  }
  return watched;
}

async function identityAt(files: FileSystem, path: string): Promise<FileIdentity | undefined> {
  if ((await lstatIfThere(files, path)) === undefined) return undefined;
  try {
    const { kind, inode, sizeBytes, modifiedMs } = await files.stat(path);
    return kind === "file" ? { inode, sizeBytes, modifiedMs } : undefined;
  } catch {
    // A link that leads nowhere, or out, is no file of the model.
    return undefined;
  }
}

/** Where nothing says which files the commit has, the index says which weights: some of them, or none where it is stale. */
async function hasItsShards(
  files: FileSystem,
  directory: string,
  { files: recorded, isWhole }: CopyRecord,
): Promise<boolean> {
  if (isWhole) return true;
  const paths = new Set(recorded.map(({ path }) => path));
  for (const index of paths) {
    if (!/^[^/]*\.safetensors\.index\.json$/.test(index)) continue;
    const text = await readSmallFile(files, await files.realpath(join(directory, index)));
    const map = readWeightMap(new TextEncoder().encode(text ?? ""));
    const shards = [...new Set(map?.values())];
    const isStale = shards.every((shard) => !paths.has(shard));
    if (!isStale && shards.some((shard) => !paths.has(shard))) return false;
  }
  return true;
}

/** The organization whose repositories are all for MLX. */
const MLX_SOURCE = "mlx-community/";

/** A download into MLX's place was one of an MLX model; else MLX's own packing shows it. */
async function isMlxModel(files: FileSystem, { listed, place }: ModelCopy): Promise<boolean> {
  if (listed.repository.startsWith(MLX_SOURCE)) return true;
  if (listed.layout === "hubapi" || listed.layout === "lmstudio") return true;
  const path = await files.realpath(join(place.directory, "config.json")).catch(() => undefined);
  const text = path === undefined ? undefined : await readSmallFile(files, path);
  try {
    const config: unknown = parseJsonText(text ?? "");
    return typeof config === "object" && config !== null && "quantization" in config;
  } catch {
    // What is wrong with a configuration is a matter for the check.
    return false;
  }
}
