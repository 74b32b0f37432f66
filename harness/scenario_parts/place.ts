import { join } from "node:path";
import type { World } from "../worlds/world.ts";

/** The directory in which the law places a model of layout `hubapi`. */
export function modelPlace(world: Pick<World, "root">, repository: string): string {
  return join(world.root, "models", ...repository.split("/"));
}

/** The place of a repository path in a model's directory. */
export function filePlace(directory: string, path: string): string {
  return join(directory, ...path.split("/"));
}
