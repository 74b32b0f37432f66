import { resolve } from "node:path";
import type { ModelRequest } from "../../spec/mod.ts";
import { expandHome } from "../layout/expand_home.ts";
import type { ModelArgument } from "./cli_environment.ts";
import type { CommandContext } from "./command_context.ts";
import { misplacedFailure } from "./output/print_mend.ts";

/** How a model that may be a directory is described in a command's help. */
export const MODEL_ARGUMENT =
  "ORG/NAME, or a directory; what begins with / . or ~ is always a directory";

/**
 * A model under the root goes before a directory of the same name.
 *
 * @throws {ModelError} `not-downloaded` where it lies in a place in which MLX does not look, with the command that moves it
 */
export async function modelArgument(
  request: ModelRequest,
  context: CommandContext,
): Promise<ModelArgument> {
  const { repository: model } = request;
  const directory = resolve(expandHome(model, context.env));
  if (!looksLikeRepository(model)) return { directory };
  const located = await context.manager.locate(request);
  if (located !== undefined) return request;
  if (await isDirectory(directory, context)) return { directory };
  const misplaced = await misplacedFailure(model, context);
  if (misplaced !== undefined) throw misplaced;
  return request;
}

function looksLikeRepository(model: string): boolean {
  return /^[^/\\.~][^/\\]*\/[^/\\]+$/.test(model);
}

async function isDirectory(path: string, context: CommandContext): Promise<boolean> {
  try {
    return (await context.host.files.stat(path)).kind === "directory";
  } catch {
    // A directory that cannot be looked at cannot be used either.
    return false;
  }
}
