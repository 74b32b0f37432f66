import { MARKER_NAME } from "../../spec/mod.ts";
import { assertSafePath } from "../layout/safe_path.ts";

/** Where downloaders, this one and the hub's own, keep what they know of a model. */
const STATE = ".cache/";

/**
 * Refuses a path that a migration must not write: as in a download, but the marker and the state of downloaders move
 * along with the files that they are about.
 *
 * @param path relative to the model's directory, with `/`
 * @throws {ModelError} `unsafe-path`
 */
export function assertMovablePath(path: string): void {
  if (path === MARKER_NAME) return;
  assertSafePath(path.startsWith(STATE) ? path.slice(STATE.length) : path);
}
