/**
 * What the hub's clients read beside the files of a store.
 *
 * @module
 */

import { wrongListing, wrongMetadata } from "../../harness/internal.ts";
import type { ModelFile, TinyModel, Verdict, World } from "../../harness/mod.ts";

/** Judges the listing of the commit in a hub's cache, where there is one, and metadata where a directory has to have them. */
export async function judgeRecords(
  world: World,
  verdict: Verdict,
  seen: {
    readonly repository: string;
    readonly into: string;
    readonly commit: string;
    readonly model: Pick<TinyModel, "files">;
    /** The directory whose files have metadata. */
    readonly place?: string;
    readonly files?: readonly ModelFile[];
  },
): Promise<void> {
  const { repository, into, commit, model, place, files = [] } = seen;
  if (place !== undefined) {
    const odd = await wrongMetadata(world, place, { files, commit });
    verdict.holds("MANAGE-METADATA", odd.length === 0, () => `in the store: ${odd.join(", ")}`);
    verdict.reached("metadata");
  }
  const listing = await wrongListing(world.files, into, { repository, commit, files: model.files });
  verdict.holds("MANAGE-HFCACHE", listing === undefined, `in the store: ${listing}`);
}
