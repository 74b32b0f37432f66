import { join } from "node:path";
import type { ModelFile } from "../models/mod.ts";

/** Where the versions of a story lie in the hub's own cache. */
export interface CachedSnapshots {
  /** The repository's directory, with `blobs`, `refs` and `snapshots`. */
  readonly repository: string;
  /** The commit of each version. */
  readonly commits: readonly string[];
}

/** The branch that stories are about. */
export const REF = "refs/main";

/** The path of a version's file. */
export function snapshotPath(
  { repository, commits }: CachedSnapshots,
  version: number,
  { path }: { readonly path: string },
): string {
  return join(repository, "snapshots", commits[version] ?? "", ...path.split("/"));
}

/** The paths by which a version is there: those of its files, and the branch's own. */
export function snapshotPaths(
  cache: CachedSnapshots,
  version: number,
  { files }: { readonly files: readonly ModelFile[] },
): string[] {
  return [join(cache.repository, REF), ...files.map((file) => snapshotPath(cache, version, file))];
}
