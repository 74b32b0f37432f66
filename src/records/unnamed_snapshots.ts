import type { FileSystem } from "../../spec/mod.ts";
import { namesIn } from "../disk/walk.ts";
import { isCommit } from "../layout/hub_cache.ts";
import type { ModelPlace } from "../layout/model_place.ts";

/** More would not be read. */
const NAMED_MAX = 3;

/**
 * Says which snapshots the hub's cache has where no ref says which of them a branch means: they were downloaded by
 * their commits, and can be asked for by these.
 *
 * @param place where the model would be; only that of all snapshots is looked at
 * @returns undefined where there is none
 */
export async function unnamedSnapshots(
  files: FileSystem,
  place: ModelPlace,
): Promise<string | undefined> {
  const { cache, directory } = place;
  if (cache === undefined || directory !== cache.snapshots) return undefined;
  const commits = (await namesIn(files, directory)).filter(isCommit).toSorted();
  if (commits.length === 0) return undefined;
  const named = commits.slice(0, NAMED_MAX).join(", ");
  const more = commits.length > NAMED_MAX ? ` and ${commits.length - NAMED_MAX} more` : "";
  return `no ref says which snapshot it is; there are ${named}${more}: name one with --revision`;
}
