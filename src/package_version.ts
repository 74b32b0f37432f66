import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The version of this package, as its `package.json` states it; `unknown` where there is none.
 *
 * The file is looked for from here upwards, as not every runtime has `findPackageJSON`.
 */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const version = versionIn(join(at, "package.json"), require);
    if (version !== undefined) return version;
    if (dirname(at) === at) return "unknown";
  }
}

/** @returns undefined where there is no such file */
function versionIn(path: string, load: (path: string) => unknown): string | undefined {
  let manifest: unknown;
  try {
    manifest = load(path);
  } catch {
    return undefined;
  }
  if (typeof manifest !== "object" || manifest === null || !("version" in manifest))
    return "unknown";
  return String(manifest.version);
}
