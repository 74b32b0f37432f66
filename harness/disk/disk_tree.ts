import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { EntryKind, FileSystem } from "../../spec/mod.ts";
import { SubjectFault } from "../errors.ts";
import { diskErrorCode } from "./disk_error.ts";

/** No scenario makes a larger file, nor reads one whole. */
const READ_BYTES_MAX = 1024 ** 3;

/** One entry below a directory. */
export interface TreeEntry {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  /** Of a file's content. */
  readonly sha256?: string;
  /** Text of a link. */
  readonly linkTarget?: string;
  readonly modifiedMs: number;
}

/**
 * Everything below a directory, in order of path; links are not followed, and an absent directory has nothing.
 */
export async function readTree(files: FileSystem, directory: string): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  await collect(files, directory, { prefix: "", entries });
  return entries.sort((one, two) => (one.path < two.path ? -1 : 1));
}

async function collect(
  files: FileSystem,
  directory: string,
  options: { readonly prefix: string; readonly entries: TreeEntry[] },
): Promise<void> {
  if (!(await exists(files, directory))) return;
  for (const name of (await ifThere(() => files.readdir(directory))) ?? []) {
    const place = join(directory, name);
    const path = options.prefix + name;
    const entry = await ifThere(() => entryAt(files, place, path));
    if (entry === undefined) continue;
    options.entries.push(entry);
    if (entry.kind === "directory") await collect(files, place, { ...options, prefix: `${path}/` });
  }
}

async function entryAt(files: FileSystem, place: string, path: string): Promise<TreeEntry> {
  const { kind, sizeBytes, modifiedMs } = await files.lstat(place);
  const facts = { path, kind, sizeBytes, modifiedMs };
  if (kind === "link") return { ...facts, linkTarget: await files.readlink(place) };
  if (kind !== "file") return facts;
  const sha256 = createHash("sha256").update(await readBytes(files, place));
  return { ...facts, sha256: sha256.digest("hex") };
}

/** What goes while a reader looks is not there for it: subjects work on meanwhile. */
async function ifThere<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (diskErrorCode(error) !== "ENOENT") throw error;
    return undefined;
  }
}

/** Whether anything has this name; links are not followed. */
export async function exists(files: FileSystem, path: string): Promise<boolean> {
  try {
    await files.lstat(path);
    return true;
  } catch {
    // Whatever hides it from the harness hides it from a reader too.
    return false;
  }
}

/**
 * A file's whole content.
 *
 * @throws {SubjectFault} when it is larger than any file of a scenario: a sparse file has any size that its maker likes
 */
export async function readBytes(files: FileSystem, path: string): Promise<Uint8Array> {
  const file = await files.open(path, "r");
  try {
    const { sizeBytes } = await file.stat();
    if (sizeBytes > READ_BYTES_MAX) {
      const name = path.split("/").at(-1);
      throw new SubjectFault(
        "subject-protocol",
        `it left a file of ${sizeBytes} bytes, ${name}; no scenario has one so large`,
      );
    }
    const bytes = new Uint8Array(sizeBytes);
    for (let at = 0; at < sizeBytes;) {
      const count = await file.read(bytes.subarray(at), at);
      if (count === 0) return bytes.subarray(0, at);
      at += count;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** A file's whole content as text; undefined when it is not there. */
export async function readText(files: FileSystem, path: string): Promise<string | undefined> {
  return (await exists(files, path))
    ? new TextDecoder().decode(await readBytes(files, path))
    : undefined;
}

/** Makes or replaces a file, with its parents. */
export async function writeBytes(
  files: FileSystem,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await makeDirectories(files, dirname(path));
  if (await exists(files, path)) await files.unlink(path);
  const file = await files.open(path, "wx");
  try {
    await file.write(bytes, 0);
  } finally {
    await file.close();
  }
}

/** Changes a file's content in place, keeping its identity. */
export async function overwriteBytes(
  files: FileSystem,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const file = await files.open(path, "r+");
  try {
    await file.truncate(bytes.length);
    await file.write(bytes, 0);
  } finally {
    await file.close();
  }
}

/** Makes a directory with its parents. */
export async function makeDirectories(files: FileSystem, path: string): Promise<void> {
  if (await exists(files, path)) return;
  if (dirname(path) !== path) await makeDirectories(files, dirname(path));
  await files.mkdir(path);
}

/** Removes a file, a link or a directory with everything in it. */
export async function removeTree(files: FileSystem, path: string): Promise<void> {
  if (!(await exists(files, path))) return;
  if ((await files.lstat(path)).kind !== "directory") {
    await files.unlink(path);
    return;
  }
  for (const name of await files.readdir(path)) await removeTree(files, join(path, name));
  await files.rmdir(path);
}
