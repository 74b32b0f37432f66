/**
 * Batches that showed something new, in a file between soaks: the next one plays them first, and keeps those that still do.
 *
 * @module
 */

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { WORLD_KINDS } from "../../../harness/worlds/world.ts";
import type { KeptBatch } from "./soak_guide.ts";

/**
 * Reads what a file keeps; nothing where it is not there.
 *
 * @throws {RangeError} when it cannot be read, or is no such file
 */
export async function readKeptBatches(path: string): Promise<KeptBatch[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new RangeError(`Cannot read the kept batches in "${path}": ${message}`, { cause });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every(isBatch)) return value;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new RangeError(`Cannot read the kept batches in "${path}": remove it to begin anew`);
}

/**
 * Writes them, whole or not at all.
 *
 * @throws {RangeError} when they cannot be written
 */
export async function writeKeptBatches(path: string, kept: readonly KeptBatch[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(kept, undefined, 1)}\n`);
    await rename(draft, path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot keep the batches of the soak in "${path}": ${why}`, { cause });
  }
}

function isBatch(value: unknown): value is KeptBatch {
  if (typeof value !== "object" || value === null || !("task" in value)) return false;
  const { task, seed } = value as Partial<Record<keyof KeptBatch, unknown>>;
  if (typeof task !== "object" || task === null || !Number.isSafeInteger(seed)) return false;
  const { scenario, world } = task as Partial<Record<keyof KeptBatch["task"], unknown>>;
  return typeof scenario === "string" && WORLD_KINDS.some((kind) => kind === world);
}
