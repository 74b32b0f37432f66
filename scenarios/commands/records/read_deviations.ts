/**
 * Lists of known deviations, as files.
 *
 * @module
 */

import {
  type Deviation,
  type ParseDeviationsOptions,
  parseDeviations,
} from "../../../harness/internal.ts";
import { readNamedText } from "./record_files.ts";

/**
 * Reads a list of known deviations.
 *
 * @param path none: an empty list
 * @throws {RangeError} when it cannot be read
 */
export async function readDeviations(
  path: string | undefined,
  options: ParseDeviationsOptions = {},
): Promise<readonly Deviation[]> {
  if (path === undefined) return [];
  return parseDeviations(await readNamedText(path, "known deviations from"), path, options);
}
