import { isBuiltin } from "node:module";
import type { PublishedPackage } from "./published_packages.ts";

/** What the manifest of the repository says that those of its packages repeat. */
export interface RootManifest {
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What a manifest depends on besides the package itself. */
export interface PackageManifestOptions {
  readonly root: RootManifest;
  /** The texts of the package's modules and their types. */
  readonly modules: readonly string[];
  readonly repositoryUrl?: string | undefined;
}

/**
 * The `package.json` of a package: it depends on what its modules import and on nothing else, in the repository's versions.
 *
 * @throws {Error} when a module imports a package that the repository does not depend on
 */
export function packageManifest(
  { name, description, keywords, bin, exports }: PublishedPackage,
  { root, modules, repositoryUrl }: PackageManifestOptions,
): object {
  const dependencies = [...new Set(modules.flatMap(importedPackages))].toSorted().map((one) => {
    const version = root.dependencies[one];
    if (version === undefined) throw new Error(`${name} imports ${one}, which is no dependency`);
    return [one, version];
  });
  const entries = Object.entries(exports).map(([path, module]) => [
    path,
    { types: `./${module}.d.ts`, default: `./${entryPath(module)}` },
  ]);
  return {
    name,
    version: root.version,
    description,
    keywords,
    license: root.license,
    ...(repositoryUrl && { repository: { type: "git", url: `git+${repositoryUrl}.git` } }),
    type: "module",
    bin,
    exports: Object.fromEntries(entries),
    engines: root.engines,
    dependencies: Object.fromEntries(dependencies),
  };
}

/** Where the module lies that refuses an old Node and then exports what another one does. */
export function entryPath(module: string): string {
  return `entries/${module.replaceAll("/", "_")}.js`;
}

/** The packages that a compiled module imports, by their names. */
export function importedPackages(text: string): string[] {
  // A statement ends its line; the same words within a text or an example do not.
  const regExp =
    /^(?:import |(?:import|export|\})[^"'\n]* from )["'](@?[a-z][^"'\n]*)["'];$|\bimport\("(@?[a-z][^"]*)"\)/gm;
  return Array.from(text.matchAll(regExp), ([, stated, called]) => stated ?? called ?? "")
    .filter((specifier) => !isBuiltin(specifier))
    .map((specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
}
