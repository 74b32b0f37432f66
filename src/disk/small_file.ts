import { dirname } from "node:path";
import type { FileSystem, Random } from "../../spec/mod.ts";
import { makeDirectories } from "./directories.ts";
import { errnoOf } from "./disk_error.ts";

/** Larger than any marker or metadata file; what is larger is not one of ours. */
const SIZE_BYTES_MAX = 64 * 1024 * 1024;

/** Answers that say that there is no regular file of this name: nothing, a directory, a link that leads away, a FIFO. */
const NO_FILE: readonly string[] = ["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENXIO"];

/**
 * Reads a small text file whole.
 *
 * @returns its text, or undefined when there is no such regular file
 */
export async function readSmallFile(files: FileSystem, path: string): Promise<string | undefined> {
  let file;
  try {
    file = await files.open(path, "r");
  } catch (error) {
    if (NO_FILE.includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
  try {
    const { kind, sizeBytes } = await file.stat();
    if (kind !== "file" || sizeBytes > SIZE_BYTES_MAX) return undefined;
    const bytes = new Uint8Array(sizeBytes);
    let filled = 0;
    while (filled < sizeBytes) {
      const count = await file.read(bytes.subarray(filled), filled);
      if (count === 0) break;
      filled += count;
    }
    return new TextDecoder().decode(bytes.subarray(0, filled));
  } finally {
    await file.close();
  }
}

/** Options of {@linkcode writeSmallFile}. */
export interface WriteSmallFileOptions {
  /** Directory for the temporary file; on the volume of the target. */
  readonly temporaryDirectory: string;
  readonly random: Random;
  /** Whether the text must survive a power cut. @default {true} */
  readonly isDurable?: boolean;
}

/**
 * Replaces a small file in one durable step: temporary file, sync, rename, sync of the directory.
 *
 * A reader sees the old text or the new one, never a part: `DUR-OLD-OR-NEW`.
 */
export async function writeSmallFile(
  files: FileSystem,
  path: string,
  options: WriteSmallFileOptions & { readonly text: string },
): Promise<void> {
  const temporary = await writeTemporaryFile(files, options);
  await withParent(files, path, () => files.rename(temporary, path));
  if (options.isDurable ?? true) await files.syncDirectory(dirname(path));
}

/** The first half of {@linkcode writeSmallFile}: all of the text, under a temporary name. @returns its path */
export async function writeTemporaryFile(
  files: FileSystem,
  options: WriteSmallFileOptions & { readonly text: string },
): Promise<string> {
  const temporary = `${options.temporaryDirectory}/${temporaryName(options.random)}`;
  const file = await withParent(files, temporary, () => files.open(temporary, "wx"));
  try {
    await file.write(new TextEncoder().encode(options.text), 0);
    if (options.isDurable ?? true) await file.sync();
  } finally {
    await file.close();
  }
  return temporary;
}

/** Makes the parent only when it is missing: most of many files in one directory need no look. */
async function withParent<T>(
  files: FileSystem,
  path: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  await makeDirectories(files, dirname(path));
  return action();
}

/** A name that no other task or process uses at the same time. */
export function temporaryName(random: Random): string {
  const part = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return `${part()}${part()}.tmp`;
}

/** Whether a name is one that {@linkcode temporaryName} makes. */
export function isTemporaryName(name: string): boolean {
  return /^[0-9a-f]{16}\.tmp$/.test(name);
}

/** Removes a file; its absence is fine. @returns whether there was one */
export async function unlinkIfThere(files: FileSystem, path: string): Promise<boolean> {
  try {
    await files.unlink(path);
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}
