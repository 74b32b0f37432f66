import { join } from "node:path";
import { HEAD } from "../subjects/head_view.ts";
import { isProgram } from "../subjects/program.ts";
import type { World } from "../worlds/world.ts";

/**
 * The directory in which the law places a model, in the layout that the subject has for its own.
 *
 * In layout `hf-cache` it is that of the commit downloaded last; the world's disk knows which.
 */
export function modelPlace(
  world: Pick<World, "root"> & Partial<Pick<World, "subject">>,
  repository: string,
): string {
  const { subject } = world;
  const layout = subject !== undefined && isProgram(subject) ? subject.claims.layouts[0] : "hubapi";
  const parts = repository.split("/");
  if (layout === "hf-cache")
    return join(world.root, `models--${parts.join("--")}`, "snapshots", HEAD);
  if (layout === "lmstudio") return join(world.root, ...parts);
  return join(world.root, "models", ...parts);
}

/** The place of a repository path in a model's directory. */
export function filePlace(directory: string, path: string): string {
  return join(directory, ...path.split("/"));
}
