/**
 * Where this package lies.
 *
 * @module
 */

import { findPackageJSON } from "node:module";
import { dirname } from "node:path";

/** The directory of this package: sources lie below it, also where the suite runs as built. */
export function packageDirectory(): string {
  return dirname(findPackageJSON(import.meta.url) ?? ".");
}
