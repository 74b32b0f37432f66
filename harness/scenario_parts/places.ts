import { basename, dirname, join } from "node:path";
import { type Layout, LAYOUTS } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";
import { HEAD } from "../subjects/head_view.ts";
import { isProgram } from "../subjects/program.ts";
import type { World } from "../worlds/world.ts";

/** The layout that a subject uses where none is asked for: for a program the first that it claims. */
export function ownLayout({ subject }: Partial<Pick<World, "subject">>): Layout {
  const own = subject !== undefined && isProgram(subject) ? subject.claims.layouts[0] : undefined;
  return own ?? "hubapi";
}

/**
 * The directory in which the spec places a model, by default in the subject's own layout.
 *
 * In layout `hf-cache` it is that of the commit downloaded last; the world's disk knows which.
 */
export function modelPlace(
  world: Pick<World, "root"> & Partial<Pick<World, "subject">>,
  repository: string,
  options: { readonly layout?: Layout | undefined } = {},
): string {
  const layout = options.layout ?? ownLayout(world);
  const [org = "", name = ""] = repository.split("/");
  const { root } = world;
  const values = { root, org, name, "model id": `${org}--${name}`, commit: HEAD };
  let place: string = LAYOUTS[layout];
  for (const [key, value] of Object.entries(values)) place = place.replace(`{${key}}`, () => value);
  return join(place);
}

/**
 * Part of a request: the layout in which MLX's runtimes look, for scenarios about what no other layout has. It is named only where the
 * subject has another one for its own, as not every subject takes a layout.
 */
export function inHubapi(world: Partial<Pick<World, "subject">>): { readonly layout?: "hubapi" } {
  return ownLayout(world) === "hubapi" ? {} : { layout: "hubapi" };
}

/** A model's place under the name that it has on the disk now: in layout `hf-cache` with the commit. */
export async function namedPlace(world: Pick<World, "files">, place: string): Promise<string> {
  if (!place.endsWith(HEAD) || !(await exists(world.files, place))) return place;
  return join(dirname(place), basename(await world.files.realpath(place)));
}

/** The place of a repository path in a model's directory. */
export function filePlace(directory: string, path: string): string {
  return join(directory, ...path.split("/"));
}

/** Whether a directory that a subject names is the one where a model belongs, also where that place has two spellings. */
export async function isPlace(
  world: Pick<World, "files" | "kind">,
  directory: string,
  place: string,
): Promise<boolean> {
  if (directory === place) return true;
  if (world.kind !== "process" || !(await exists(world.files, directory))) return false;
  return (await world.files.realpath(directory)) === (await world.files.realpath(place));
}

/** The directory in which an implementation keeps what belongs to a model: in layout `hf-cache` the whole repository's. */
export function stateDirectory(directory: string): string {
  return directory.endsWith(HEAD) ? dirname(dirname(directory)) : directory;
}
