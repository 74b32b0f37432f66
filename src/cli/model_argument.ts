import type { ModelArgument } from "./cli_environment.ts";
import { resolve } from "node:path";
import type { Environment, ModelRequest } from "../../spec/mod.ts";
import { expandHome } from "../layout/expand_home.ts";
import type { CommandContext } from "./command_context.ts";

/** How a model that may be a directory is described in a command's help. */
export const MODEL_ARGUMENT =
  "ORG/NAME, or a directory; one that begins with / . or ~ is always a directory";

/** A model under the root goes before a directory of the same name; a directory before an absent model. */
export async function modelArgument(
  request: ModelRequest,
  scene: CommandContext,
  options: { readonly env: Environment },
): Promise<ModelArgument> {
  const { repository: model } = request;
  const directory = resolve(expandHome(model, options.env));
  if (!looksLikeRepository(model)) return { directory };
  const located = await scene.manager.locate(request);
  if (located === undefined && (await isDirectory(directory, scene))) return { directory };
  return request;
}

function looksLikeRepository(model: string): boolean {
  return /^[^/\\.~][^/\\]*\/[^/\\]+$/.test(model);
}

async function isDirectory(path: string, scene: CommandContext): Promise<boolean> {
  try {
    return (await scene.host.files.stat(path)).kind === "directory";
  } catch {
    // Whatever keeps it from being looked at, it is not a directory that can be used.
    return false;
  }
}
