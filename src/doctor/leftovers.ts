import { basename, join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { walk } from "../disk/walk.ts";
import { hubCachePlaceOf } from "../layout/hub_cache.ts";

/** Names that other downloaders give to files that are not whole yet. */
export const PARTIAL_REGEXP =
  /(?:\.incomplete|\.part(?:ial)?|\.part-\d+|\.aria2|\.crdownload|\.download)$|^\._____temp$/;
/** Our own unfinished work has a plan, which `status` reads. */
const OWN_STATE = ".cache/mlx-layout/";

/** Links that apps wrote with the path of a container, which changes with every update and restore. */
const CONTAINER_REGEXP =
  /^\/.*\/(?:Containers\/Data\/Application\/[0-9A-F-]{36}|Library\/Containers\/[^/]+)\//;

/** What other tools and the system left beside a model's files. Paths are relative to its directory. */
export interface Leftovers {
  /** Files of downloads that never ended. */
  readonly partials: readonly string[];
  readonly partialBytes: number;
  /** Sidecars, and the views and thumbnails beside them; none where there is no sidecar. */
  readonly desktopFiles: readonly string[];
  /** Links to an app's container, by their path. */
  readonly containerLinks: readonly string[];
  /** Whether it is a clone of git. */
  readonly isClone: boolean;
}

/** Looks at the names in a model's directory, and in the hub's cache at those of its contents; opens nothing. */
export async function findLeftovers(files: FileSystem, directory: string): Promise<Leftovers> {
  const partials: string[] = [];
  const desktopFiles: string[] = [];
  const containerLinks: string[] = [];
  let partialBytes = 0;
  let isClone = false;
  for await (const { path, stat } of walk(files, directory)) {
    if (path === ".git") isClone = true;
    if (path.startsWith(".git/") || path.startsWith(OWN_STATE)) continue;
    if (stat.kind === "link" && CONTAINER_REGEXP.test(await files.readlink(join(directory, path))))
      containerLinks.push(path);
    if (stat.kind !== "file") continue;
    if (isDesktopFile(path)) desktopFiles.push(path);
    else if (PARTIAL_REGEXP.test(basename(path))) {
      partials.push(path);
      partialBytes += stat.sizeBytes;
    }
  }
  const { blobs } = hubCachePlaceOf(directory) ?? {};
  if (blobs !== undefined)
    for await (const { path, stat } of walk(files, blobs))
      if (stat.kind === "file" && PARTIAL_REGEXP.test(basename(path))) {
        partials.push(path);
        partialBytes += stat.sizeBytes;
      }
  // A view that macOS keeps of a folder harms nothing; a sidecar has the name of a weight file.
  const hasSidecar = desktopFiles.some((path) => basename(path).startsWith("._"));
  return {
    partials,
    partialBytes,
    desktopFiles: hasSidecar ? desktopFiles : [],
    containerLinks,
    isClone,
  };
}
