import { basename, join } from "node:path";
import { type HubCachePlace, hubCachePlaceOf } from "./hub_cache.ts";

/** Where the state of unfinished work on a model lies, inside its directory and on its volume. */
export interface Staging {
  /** Holds everything below; hidden, so that no runtime finds files of its own in it. */
  readonly directory: string;
  /** Partial and finished contents that are not published yet. */
  readonly partials: string;
  /** Small files that are being written. */
  readonly temporary: string;
  /** Claims of the processes that work on this model. */
  readonly locks: string;
  /** A directory for each claim, in which its process makes everything that it publishes. */
  readonly work: string;
  /** What the unfinished download wants, so that its absence can be named without the network. */
  readonly plan: string;
}

/** Where one model lies: decided once, by its layout, and carried from there on. */
export interface ModelPlace {
  /** The directory that nothing is written outside of. */
  readonly root: string;
  /** The model's directory, under the root. */
  readonly directory: string;
  readonly staging: Staging;
  /** The repository's part of the hub's cache; undefined where the directory holds the files themselves. */
  readonly cache: HubCachePlace | undefined;
}

/** The place of a model whose directory holds its files: `DL-PARTIAL-PLACE`. */
export function directoryPlace(root: string, directory: string): ModelPlace {
  return { root, directory, staging: stagingIn(directory, "plan.json"), cache: undefined };
}

/**
 * The place of a snapshot in the hub's cache: `DL-PARTIAL-PLACE`.
 *
 * The snapshots of a repository share contents, so they share what is unfinished, beside `blobs`; each has its own plan.
 *
 * @param snapshot the name of the snapshot's directory: its commit
 */
export function snapshotPlace(root: string, cache: HubCachePlace, snapshot: string): ModelPlace {
  const staging = stagingIn(cache.repository, `plan-${snapshot}.json`);
  return { root, directory: join(cache.snapshots, snapshot), staging, cache };
}

/** The place of all snapshots of a repository: what stands for a model while its commit is not known. */
export function snapshotsPlace(root: string, cache: HubCachePlace): ModelPlace {
  return {
    root,
    directory: cache.snapshots,
    staging: stagingIn(cache.repository, "plan.json"),
    cache,
  };
}

/**
 * The place of a directory that is known by its path alone, whatever layout it is of.
 *
 * @param root the directory that nothing is written outside of
 */
export function placeAt(root: string, directory: string): ModelPlace {
  const cache = hubCachePlaceOf(directory);
  return cache === undefined
    ? directoryPlace(root, directory)
    : snapshotPlace(root, cache, basename(directory));
}

/**
 * Suffix of partial files; a claim that ends leaves them to the next one. Earlier versions resume by the length of what has their
 * suffix, and this one's files may have holes.
 */
export const PARTIAL_SUFFIX = ".ranges.incomplete";
/** Path of the partial file of a content. Its name never ends in `.safetensors`. */
export function partialPath(staging: Staging, contentKey: string): string {
  return join(staging.partials, `${contentKey}${PARTIAL_SUFFIX}`);
}

/** The same place as the holder of a claim sees it: everything that it makes lies in its own directory. */
export function placeOfClaim(place: ModelPlace, directory: string): ModelPlace {
  const staging = { ...place.staging, partials: directory, temporary: directory };
  return { ...place, staging };
}

/** The content that a partial file is of, by its name; undefined where it is none of this or of an earlier version. */
export function contentKeyOfPartial(name: string): string | undefined {
  return /^([0-9a-f]{40}(?:[0-9a-f]{24})?)(?:\.ranges)?\.incomplete$/.exec(name)?.[1];
}

/** Whether a name is one that a partial file of ours has; nothing else in their directory is removed. */
export function isPartialName(name: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?(?:\.[0-9a-z-]+)*\.incomplete$/.test(name);
}

/** The commits whose downloads into a cache are unfinished, by the names in its staging directory. */
export function plannedCommits(names: readonly string[]): string[] {
  return names.flatMap((name) => /^plan-([0-9a-f]{40})\.json$/.exec(name)?.[1] ?? []);
}

function stagingIn(directory: string, plan: string): Staging {
  const staging = join(directory, ".cache", "mlx-layout");
  return {
    directory: staging,
    partials: join(staging, "partial"),
    temporary: join(staging, "tmp"),
    locks: join(staging, "locks"),
    work: join(staging, "work"),
    plan: join(staging, plan),
  };
}
