/**
 * What can become of one copy of a model, and what is then wrong with it.
 *
 * @module
 */

import { dirname } from "node:path";
import type { DiagnosisCause, FileSystem } from "../../spec/mod.ts";
import { exists, overwriteBytes, readBytes, writeBytes } from "../../harness/internal.ts";
import { filePlace, type World } from "../../harness/mod.ts";

const WEIGHTS = "model.safetensors";
const CONFIG = "config.json";
const TOKENIZER = "tokenizer.json";

/** What becomes of the copy, and the causes that are true of it. */
export const DAMAGES = {
  none: [],
  cut: ["truncated", "wrong-size"],
  "no weights": ["missing-weights", "missing-file"],
  "no tokenizer": ["missing-tokenizer", "missing-file"],
  page: ["html", "wrong-size", "hash"],
  pointer: ["lfs-pointer", "wrong-size"],
  "no configuration": ["missing-config", "missing-file"],
  "an empty configuration": ["empty", "bad-config", "wrong-size", "hash"],
  "half a tokenizer": ["bad-tokenizer", "wrong-size", "hash"],
  "bytes behind the end": ["trailing-bytes", "wrong-size", "hash"],
  sidecar: ["appledouble", "wrong-size", "hash"],
  "other weights beside": ["foreign-weights", "duplicate-tensor"],
  "a link to nothing": ["broken-link", "missing-file", "missing-tokenizer", "unreadable"],
  "a link to a container": ["container-path", "broken-link", "missing-file", "outside-directory"],
  "a turned bit": ["hash"],
  "a lost block": ["zeroed", "not-a-number", "hash"],
} as const satisfies Readonly<Record<string, readonly DiagnosisCause[]>>;

/** One of them. */
export type Damage = keyof typeof DAMAGES;
/** What no look at names, sizes and headers shows. */
export const HIDDEN: readonly Damage[] = ["a turned bit", "a lost block"];
const BLOCK_BYTES = 4096;

/** Does to the copy what its damage says. */
export async function spoil(world: World, directory: string, damage: Damage): Promise<void> {
  const { files } = world;
  if (damage === "none") return;
  if (damage === "other weights beside") {
    const whole = await contentOf(files, directory, WEIGHTS);
    await writeBytes(files, filePlace(directory, "model-old.safetensors"), whole);
  } else if (damage === "a turned bit" || damage === "a lost block") {
    const bytes = (await contentOf(files, directory, WEIGHTS)).slice();
    const middle = Math.floor(bytes.length / 2 / BLOCK_BYTES) * BLOCK_BYTES;
    if (damage === "a lost block") bytes.fill(0, middle, middle + BLOCK_BYTES);
    else bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await overwriteBytes(files, await files.realpath(filePlace(directory, WEIGHTS)), bytes);
  } else {
    const [path, made] = await replacement(files, directory, damage);
    const entry = filePlace(directory, path);
    // In the hub's cache it is a link to a content.
    const data = await files.realpath(entry);
    await files.unlink(entry);
    if (data !== entry && (await exists(files, data))) await files.unlink(data);
    if (typeof made === "string") await files.symlink(made, entry);
    else if (made !== undefined) await writeBytes(files, entry, made);
  }
  await files.syncDirectory(dirname(filePlace(directory, WEIGHTS)));
}

/** Which file is another one: bytes, the text of a link, or nothing. */
async function replacement(
  files: FileSystem,
  directory: string,
  damage: Damage,
): Promise<readonly [path: string, made: Uint8Array | string | undefined]> {
  const text = (value: string) => new TextEncoder().encode(value);
  const whole = async (path: string) => contentOf(files, directory, path);
  switch (damage) {
    case "cut":
      return [WEIGHTS, (await whole(WEIGHTS)).subarray(0, -12)];
    case "bytes behind the end":
      return [WEIGHTS, Buffer.concat([await whole(WEIGHTS), new Uint8Array(5)])];
    case "sidecar":
      return [WEIGHTS, Uint8Array.of(0, 5, 22, 7, 0, 2, ...new Uint8Array(100))];
    case "pointer":
      return [
        WEIGHTS,
        text(
          `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 123456789\n`,
        ),
      ];
    case "no weights":
      return [WEIGHTS, undefined];
    case "no configuration":
      return [CONFIG, undefined];
    case "an empty configuration":
      return [CONFIG, new Uint8Array(0)];
    case "page":
      return [TOKENIZER, text("<!DOCTYPE html><html></html>")];
    case "half a tokenizer":
      return [TOKENIZER, (await whole(TOKENIZER)).subarray(0, 200)];
    case "a link to nothing":
      return [TOKENIZER, "../gone/tokenizer.json"];
    case "a link to a container":
      return [TOKENIZER, "/Users/u/Library/Containers/app.x/Data/Documents/tokenizer.json"];
    default:
      return [TOKENIZER, undefined];
  }
}

async function contentOf(files: FileSystem, directory: string, path: string): Promise<Uint8Array> {
  return readBytes(files, await files.realpath(filePlace(directory, path)));
}
