import { readBytes, readTree } from "../disk/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import type { World } from "../worlds/world.ts";
import { filePlace } from "./places.ts";
import { stateDirectory } from "./state_directory.ts";

/**
 * Bytes of wanted files that lie on the disk, whole or as a beginning, wherever an implementation keeps them.
 */
export async function keptBytes(
  world: Pick<World, "files">,
  directory: string,
  wanted: readonly ModelFile[],
): Promise<number> {
  const state = stateDirectory(directory);
  const most = new Map<string, number>();
  for (const { path, kind, sizeBytes } of await readTree(world.files, state)) {
    if (kind !== "file" || sizeBytes === 0) continue;
    const bytes = Buffer.from(await readBytes(world.files, filePlace(state, path)));
    const of = wanted.find((file) => bytes.equals(file.bytes.subarray(0, bytes.length)));
    if (of !== undefined) most.set(of.path, Math.max(most.get(of.path) ?? 0, bytes.length));
  }
  return [...most.values()].reduce((sum, size) => sum + size, 0);
}
