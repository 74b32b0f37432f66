/**
 * Files of records and of what is made from them.
 *
 * @module
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type NamedRecord, parseRecord } from "../../harness/internal.ts";

/**
 * Reads the record of a run.
 *
 * @throws {RangeError} when it cannot be read, or is no record
 */
export async function readRecord(path: string): Promise<NamedRecord> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot read the record "${path}": ${why}`, { cause });
  }
  return { name: path, record: parseRecord(text, path) };
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
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot write "${path}": ${why}`, { cause });
  }
}
