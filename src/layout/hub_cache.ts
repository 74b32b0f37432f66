import { basename, dirname, join, resolve } from "node:path";
import type { SubjectConfig } from "../../spec/mod.ts";
import { HubEnvironment } from "../hub/environment.ts";
import { parseRepositoryId } from "./repository_id.ts";
import { assertSafePath } from "./safe_path.ts";

/** The parts of one repository in the hub's own cache: `LAYOUT-HFCACHE`. */
export interface HubCachePlace {
  /** `models--org--name` */
  readonly repository: string;
  /** Contents, each under its hash. */
  readonly blobs: string;
  /** A directory of links for each commit. */
  readonly snapshots: string;
  /** The commit of each branch and tag. */
  readonly refs: string;
  /** Listings of commits. */
  readonly trees: string;
  /** Empty files for paths that a commit does not have. */
  readonly noExist: string;
}

const COMMIT_REGEXP = /^[0-9a-f]{40}$/;
const REPOSITORY_PREFIX = "models--";

/** Whether a revision is a whole commit, which needs no ref. */
export function isCommit(revision: string): boolean {
  return COMMIT_REGEXP.test(revision);
}

/**
 * The root of layout `hf-cache`: `HF_HUB_CACHE`, else `HUGGINGFACE_HUB_CACHE`, else `HF_HOME/hub`, else the configured
 * root: `HUB-ENV-CACHE`, `HUB-ENV-EMPTY`.
 */
export function hubCacheRoot(config: SubjectConfig): string {
  const { cacheDirectory } = new HubEnvironment(config.env);
  return cacheDirectory === undefined ? config.root : resolve(cacheDirectory);
}

/**
 * Where a repository lies in a cache.
 *
 * @throws {ModelError} `invalid-argument` for a malformed id
 */
export function hubCachePlace(cacheRoot: string, repository: string): HubCachePlace {
  const { org, name } = parseRepositoryId(repository);
  return placeIn(join(cacheRoot, `${REPOSITORY_PREFIX}${org}--${name}`));
}

/** The repository's place of a snapshot's directory, or undefined when the directory is of another layout. */
export function hubCachePlaceOf(directory: string): HubCachePlace | undefined {
  const snapshots = dirname(directory);
  const repository = dirname(snapshots);
  const isSnapshot =
    isCommit(basename(directory)) &&
    basename(snapshots) === "snapshots" &&
    basename(repository).startsWith(REPOSITORY_PREFIX);
  return isSnapshot ? placeIn(repository) : undefined;
}

function placeIn(repository: string): HubCachePlace {
  return {
    repository,
    blobs: join(repository, "blobs"),
    snapshots: join(repository, "snapshots"),
    refs: join(repository, "refs"),
    trees: join(repository, "trees"),
    noExist: join(repository, ".no_exist"),
  };
}

/**
 * The file that holds the commit of a branch or tag; `refs/pr/1` is the file `refs/refs/pr/1`.
 *
 * @throws {ModelError} `unsafe-path`
 */
export function refPath(place: HubCachePlace, revision: string): string {
  assertSafePath(revision);
  return join(place.refs, revision);
}

/** The text of the link from a snapshot's path to a blob, relative so that the cache can be moved: `LAYOUT-RELATIVE`. */
export function blobLink(path: string, blob: string): string {
  return `${"../".repeat(path.split("/").length + 1)}blobs/${blob}`;
}
