import { MARKER_NAME } from "../../spec/mod.ts";
import { assertSafePath } from "../layout/safe_path.ts";

const STATE_DIRECTORY = ".cache/";

/**
 * Refuses a path that a migration cannot move, because it leaves the directory or is not safe on every disk.
 *
 * Unlike a hub's listing, a model's directory holds the state of downloaders too, its marker and its metadata, which
 * moves with the model.
 *
 * @param path relative to the model's directory, with `/`
 * @throws {ModelError} `unsafe-path`
 */
export function assertMovable(path: string): void {
  if (path === MARKER_NAME) return;
  assertSafePath(path.startsWith(STATE_DIRECTORY) ? path.slice(STATE_DIRECTORY.length) : path);
}
