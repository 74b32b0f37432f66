/**
 * Where this package lies.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The directory of this package: sources lie below it, also where the suite runs as built. */
export function packageDirectory(): string {
  for (let at = import.meta.dirname; ; at = dirname(at))
    if (existsSync(join(at, "package.json")) || dirname(at) === at) return at;
}
