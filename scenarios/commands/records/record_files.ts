/**
 * Files of records and of what is made from them.
 *
 * @module
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type NamedRecord, parseRecord } from "../../../harness/internal.ts";

/**
 * Reads the record of a run.
 *
 * @throws {RangeError} when it cannot be read, or is not a record
 */
export async function readRecord(path: string): Promise<NamedRecord> {
  return { name: path, record: parseRecord(await readNamedText(path, "the record"), path) };
}

/**
 * Reads a text file that the command line names.
 *
 * @param what it is, for the message
 * @throws {RangeError} when it cannot be read
 */
export async function readNamedText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new RangeError(`Cannot read ${what} "${path}": ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Writes a text to a file, and makes its directory.
 *
 * @throws {RangeError} when it cannot be written
 */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (cause) {
    throw new RangeError(`Cannot write "${path}": ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
