import { readBytes, readTree } from "../disk/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import type { World } from "../worlds/world.ts";
import { filePlace } from "./places.ts";
import { stateDirectory } from "./state_directory.ts";

/** Fewest equal bytes by which a file is taken for the beginning of a content: less is chance. */
const LIKENESS_BYTES_MIN = 32;

/** What lies of one content in files that are at no final path. */
export interface KeptPart {
  /** How many of its first bytes are there. */
  readonly sizeBytes: number;
  /** Whether other bytes follow them; zeros do not count, as they may be room that was taken ahead. */
  readonly isSpliced: boolean;
}

/**
 * What is kept of each content below a directory, by repository path, wherever and under whatever name it lies.
 *
 * @param wanted the contents; a file at the place of one of them is published and not kept
 */
export async function keptParts(
  world: Pick<World, "files">,
  directory: string,
  wanted: readonly ModelFile[],
): Promise<ReadonlyMap<string, KeptPart>> {
  const state = stateDirectory(directory);
  const parts = new Map<string, KeptPart>();
  const finals = new Set(wanted.map(({ path }) => path));
  for (const { path, kind, sizeBytes } of await readTree(world.files, state)) {
    if (kind !== "file" || finals.has(path) || sizeBytes < LIKENESS_BYTES_MIN) continue;
    const bytes = await readBytes(world.files, filePlace(state, path));
    const alike = wanted.map((file) => ({
      path: file.path,
      sizeBytes: likeness(bytes, file.bytes),
    }));
    const [best] = alike.toSorted((one, two) => two.sizeBytes - one.sizeBytes);
    if (best === undefined || best.sizeBytes < LIKENESS_BYTES_MIN) continue;
    const isSpliced = bytes.subarray(best.sizeBytes).some((byte) => byte !== 0);
    parts.set(best.path, { sizeBytes: best.sizeBytes, isSpliced });
  }
  return parts;
}

function likeness(one: Uint8Array, two: Uint8Array): number {
  const limit = Math.min(one.length, two.length);
  let at = 0;
  while (at < limit && one[at] === two[at]) at++;
  return at;
}
