/**
 * Which version of the suite this is.
 *
 * @module
 */

import { createRequire, findPackageJSON } from "node:module";

/** The version in `package.json`. */
export function suiteVersion(): string {
  const path = findPackageJSON(import.meta.url);
  const manifest: unknown = path === undefined ? undefined : createRequire(import.meta.url)(path);
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "unknown";
}
