/**
 * A model of the user as the files of a repository.
 *
 * @module
 */

import { open, readdir, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { HubFile } from "../../../harness/mod.ts";
import { MARKER_NAME } from "../../../spec/mod.ts";

/** What lies in a model's directory and belongs to no repository. */
const NOT_PUBLISHED: readonly string[] = [MARKER_NAME, ".cache", ".git"];
/** What the hub keeps in its large file store, by the `.gitattributes` of a new repository, and large tokenizers. */
const LARGE_REGEXP =
  /\.(?:safetensors|bin|gguf|npz|pt|pth|onnx|h5|msgpack|model)$|^tokenizer\.json$/;
/** The size from which the hub refuses a file outside its large file store. */
const LARGE_BYTES = 10 * 1024 * 1024;
/** As much as one read of a file may take. */
const READ_BYTES = 1 << 30;

/**
 * Reads the files below a directory into memory; links are followed.
 *
 * @throws {RangeError} when there are none, one cannot be read, or they do not fit in memory
 */
export async function readModel(directory: string): Promise<HubFile[]> {
  const paths = await pathsBelow(directory, "");
  if (paths.length === 0) throw new RangeError(`No files to serve in "${directory}"`);
  const sizes = await Promise.all(
    paths.map(async (path) => (await stat(join(directory, path))).size),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > totalmem() / 2)
    throw new RangeError(
      `The files in "${directory}" have ${total} bytes: more than half of this machine's memory, in which they would be held`,
    );
  const files: HubFile[] = [];
  for (const path of paths) {
    const bytes = await readWhole(join(directory, path));
    files.push({ path, bytes, lfs: LARGE_REGEXP.test(path) || bytes.length > LARGE_BYTES });
  }
  return files;
}

async function pathsBelow(directory: string, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for (const name of (await listing(directory)).toSorted()) {
    if (NOT_PUBLISHED.includes(name)) continue;
    const entry = await stat(join(directory, name));
    const path = `${prefix}${name}`;
    if (entry.isDirectory()) paths.push(...(await pathsBelow(join(directory, name), `${path}/`)));
    else if (entry.isFile()) paths.push(path);
    else throw new RangeError(`Cannot serve "${join(directory, name)}": it is not a file`);
  }
  return paths;
}

async function listing(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot serve the model in "${directory}": ${why}`, { cause });
  }
}

/** The bytes of a file of any size. */
async function readWhole(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const bytes = new Uint8Array((await file.stat()).size);
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, Math.min(READ_BYTES, bytes.length - at), at);
    if (bytesRead === 0) throw new RangeError(`"${path}" became shorter while it was read`);
    at += bytesRead;
  }
  return bytes;
}
