import { resolve } from "node:path";
import type { SubjectConfig } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { expandHome } from "../layout/expand_home.ts";

/**
 * Chooses the directory of the models: the option, else `MLX_LAYOUT_ROOT`, else the place's own root.
 *
 * A leading `~` is the home directory, also where no shell has replaced it (`--root=~/Models`).
 *
 * @param option the value of `--root`
 * @returns an absolute path
 * @throws {ModelError} `invalid-argument` when none is given and the user has no home directory
 */
export function modelRoot(option: string | undefined, config: SubjectConfig): string {
  // A variable that is empty counts as not set: `HUB-ENV-EMPTY`.
  const chosen = option ?? (config.env["MLX_LAYOUT_ROOT"] || config.root);
  if (chosen === "") {
    throw new ModelError(
      "invalid-argument",
      "Cannot find the models: this user has no home directory; give --root or set MLX_LAYOUT_ROOT",
    );
  }
  return resolve(expandHome(chosen, config.env));
}
