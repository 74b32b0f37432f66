import { createRequire, findPackageJSON } from "node:module";

/** The version of this package, as its `package.json` states it; `unknown` where there is none. */
export function packageVersion(): string {
  const path = findPackageJSON(import.meta.url);
  const manifest: unknown = path === undefined ? undefined : createRequire(import.meta.url)(path);
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "unknown";
}
