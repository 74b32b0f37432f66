import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { namesIn } from "../disk/walk.ts";
import { readPlan } from "./download_intent.ts";
import { stagingOf } from "./staging.ts";
import { type HubCachePlace, isCommit, refPath } from "../layout/hub_cache.ts";

/**
 * The directory of the snapshot that a revision means in a hub cache, as far as the disk knows: `STATUS-LOCAL`.
 *
 * The ref says it; of a first download that did not finish, which has no ref yet, its plan does.
 *
 * @returns the directory, which need not exist, or undefined when nothing here names a commit
 */
export async function localSnapshot(
  files: FileSystem,
  cache: HubCachePlace,
  revision: string,
): Promise<string | undefined> {
  if (isCommit(revision)) return join(cache.snapshots, revision);
  const commit = (await readSmallFile(files, refPath(cache, revision)))?.trim() ?? "";
  if (isCommit(commit)) return join(cache.snapshots, commit);
  const { directory } = stagingOf(join(cache.snapshots, "0".repeat(40)));
  for (const name of await namesIn(files, directory)) {
    const planned = /^plan-([0-9a-f]{40})\.json$/.exec(name)?.[1];
    if (planned === undefined) continue;
    const snapshot = join(cache.snapshots, planned);
    if ((await readPlan(files, snapshot))?.revision === revision) return snapshot;
  }
  return undefined;
}
