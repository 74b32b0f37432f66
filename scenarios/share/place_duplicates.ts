/**
 * What a store has of a model before that is shared with it.
 *
 * @module
 */

import { join } from "node:path";
import type { Layout } from "../../spec/mod.ts";
import { writeBytes, writeForeignSnapshot } from "../../harness/internal.ts";
import { filePlace, type ModelFile, type World } from "../../harness/mod.ts";

const EARLIER_COMMIT = "decade".padEnd(40, "3");

/** Gives the store files of the model: in their places, or in the hub's cache as contents of an earlier commit. @returns their paths */
export async function placeDuplicates(
  { files: disk, outside }: World,
  store: {
    readonly repository: string;
    readonly into: string;
    readonly layout: Layout;
    /** The model's directory there. */
    readonly place: string;
    readonly files: readonly ModelFile[];
    readonly isKept: boolean;
  },
): Promise<ReadonlySet<string>> {
  const { repository, into, layout, place, files, isKept } = store;
  const there = new Set(files.map(({ path }) => path));
  if (layout === "hf-cache") {
    if (files.length > 0)
      await writeForeignSnapshot(disk, into, {
        repository,
        files,
        commit: EARLIER_COMMIT,
        revision: "earlier",
        hasListing: false,
        isShared: isKept,
        absent: [],
        isCopied: false,
      });
    return there;
  }
  for (const { path, bytes } of files) await writeBytes(disk, filePlace(place, path), bytes);
  if (isKept)
    for (const path of there)
      await disk.link(filePlace(place, path), join(outside, `kept ${path.replaceAll("/", " ")}`));
  return there;
}
