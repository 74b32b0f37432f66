import { join } from "node:path";
import type { Digest, FileStat, FileSystem, Random, ShareWay } from "../../spec/mod.ts";
import { copyFile } from "../disk/copy_file.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { algorithmOf, hashFile } from "../disk/file_hash.ts";
import { temporaryName, unlinkIfThere } from "../disk/small_file.ts";
import { ModelError } from "../errors.ts";

/** A file whose bytes were compared with what is recorded of them, and what it looked like then. */
export interface VerifiedFile {
  readonly path: string;
  /** Absolute path of its data. */
  readonly data: string;
  readonly digest: Digest;
  readonly stat: FileStat;
}

/** How a file is given its place. */
export interface GiveOptions {
  /** The claim's own directory, on the volume of the store. */
  readonly directory: string;
  /** Whether the data gets a second name; else it is cloned or copied. */
  readonly isLinked: boolean;
  /** Whether it may be copied where it was to get a second name. */
  readonly mayCopy: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Data that was made under a temporary name, on the volume of the store. */
export interface GivenData {
  readonly temporary: string;
  readonly way: ShareWay;
}

/**
 * Gives data a second name on the store's volume, or else clones it, or else copies it: `SHARE-ONCE`. What comes of that is compared
 * before anything leads to it.
 *
 * @returns where it is now, to be put into its place by one rename
 * @throws {ModelError} `unsupported` where weights would be copied and may not, `integrity` where the data is not what was verified
 */
export async function giveData(
  host: { readonly files: FileSystem; readonly random: Random },
  file: VerifiedFile,
  options: GiveOptions,
): Promise<GivenData> {
  const { files, random } = host;
  const temporary = join(options.directory, temporaryName(random));
  const way = await firstWay(files, file, { ...options, temporary });
  const stat = await files.lstat(temporary);
  const { stat: was } = file;
  const isSame =
    way === "link"
      ? stat.inode === was.inode &&
        stat.sizeBytes === was.sizeBytes &&
        stat.modifiedMs === was.modifiedMs
      : (await digestOf(files, temporary, { ...options, like: file.digest })) === file.digest;
  if (isSame) return { temporary, way };
  await unlinkIfThere(files, temporary);
  throw new ModelError(
    "integrity",
    `Cannot share "${file.data}": it changed meanwhile; run the command again`,
    { file: file.path },
  );
}

/** Hashes a file in the way of a digest. */
export async function digestOf(
  files: FileSystem,
  path: string,
  options: { readonly like: Digest; readonly signal?: AbortSignal | undefined },
): Promise<Digest> {
  const algorithm = algorithmOf(options.like);
  return (await hashFile(files, path, { algorithm, signal: options.signal })).digest;
}

async function firstWay(
  files: FileSystem,
  { data, path, stat }: VerifiedFile,
  options: GiveOptions & { readonly temporary: string },
): Promise<ShareWay> {
  const { temporary, isLinked, mayCopy } = options;
  if (isLinked && (await succeeds(() => files.link(data, temporary)))) return "link";
  if (files.clone !== undefined && (await succeeds(() => cloneSynced(files, data, temporary))))
    return "clone";
  if (isLinked && !mayCopy) {
    throw new ModelError(
      "unsupported",
      `Cannot share "${path}" without copying ${stat.sizeBytes} bytes: the volume has no hard links, or is not the one that "${data}" is on; run the command again with --copy`,
      { file: path },
    );
  }
  await copyFile(files, data, { target: temporary });
  return "copy";
}

/** Codes with which systems say that a volume cannot do that, or not with this file, or not across volumes. */
const CANNOT: readonly string[] = [
  "EXDEV",
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
  "EINVAL",
  "ENOTTY",
];

async function succeeds(attempt: () => Promise<void>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch (error) {
    if (CANNOT.includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}

async function cloneSynced(files: FileSystem, data: string, target: string): Promise<void> {
  await files.clone?.(data, target);
  const file = await files.open(target, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
