import { resolve } from "node:path";
import type { Place } from "../../spec/mod.ts";
import { expandHome } from "../layout/expand_home.ts";

/**
 * Chooses the directory of the models: the option, else `MLX_LAYOUT_ROOT`, else the place's own root.
 *
 * A leading `~` is the home directory, also where no shell has replaced it (`--root=~/Models`).
 *
 * @param option the value of `--root`
 * @returns an absolute path
 */
export function modelRoot(option: string | undefined, place: Place): string {
  // A variable that is empty counts as not set: `HUB-ENV-EMPTY`.
  const chosen = option ?? (place.env["MLX_LAYOUT_ROOT"] || place.root);
  return resolve(expandHome(chosen, place.env));
}
