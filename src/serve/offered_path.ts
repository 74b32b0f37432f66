import { assertSafePath } from "../layout/safe_path.ts";

/**
 * Whether a file of a model may be offered by its path: it is safe, and nothing in it is hidden. State of downloaders, git's own
 * directory and settings of tools are all hidden: `SERVE-CONFINED`.
 */
export function isOfferedPath(path: string): boolean {
  if (path.split("/").some((name) => name.startsWith("."))) return false;
  try {
    assertSafePath(path);
    return true;
  } catch {
    return false;
  }
}
