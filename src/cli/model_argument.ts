import { resolve } from "node:path";
import type { Environment } from "../../spec/mod.ts";
import { expandHome } from "./model_root.ts";
import type { Scene } from "./session.ts";

/** How a model that may be a directory is described in a command's help. */
export const MODEL_ARGUMENT =
  "ORG/NAME, or a directory; one that begins with / . or ~ is always a directory";

/** What the argument of a command means. */
export type ModelArgument = { readonly repository: string } | { readonly directory: string };

/** A model under the root goes before a directory of the same name; a directory before an absent model. */
export async function modelArgument(
  model: string,
  scene: Scene,
  options: { readonly env: Environment },
): Promise<ModelArgument> {
  const directory = resolve(expandHome(model, options.env));
  if (!looksLikeRepository(model)) return { directory };
  const located = await scene.manager.locate({ repository: model });
  if (located === undefined && (await isDirectory(directory, scene))) return { directory };
  return { repository: model };
}

function looksLikeRepository(model: string): boolean {
  return /^[^/\\.~][^/\\]*\/[^/\\]+$/.test(model);
}

async function isDirectory(path: string, scene: Scene): Promise<boolean> {
  try {
    return (await scene.host.files.stat(path)).kind === "directory";
  } catch {
    // Whatever keeps it from being looked at, it is not a directory that can be used.
    return false;
  }
}
