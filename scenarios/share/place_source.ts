/**
 * Where the copies come from that are shared: downloads into a layout, and what other clients and users have put there.
 *
 * @module
 */

import { join } from "node:path";
import { placeTheirs, writeForeignSnapshot } from "../../harness/internal.ts";
import type { ModelFile, World } from "../../harness/mod.ts";

/** Where the copy came from: a download into a layout, or somebody else. */
export const SOURCES = [
  "hubapi",
  "lmstudio",
  "hf-cache",
  "a client's directory",
  "a client's cache",
  "a client's cache with a listing",
  "a client's cache of copies with a listing",
  "by hand",
] as const;

/** One of {@linkcode SOURCES}. */
export type Source = (typeof SOURCES)[number];

/** Puts the copy there that is shared. @returns its directory, and the commit that it is of */
export async function placeSource(
  world: World,
  model: {
    readonly repository: string;
    readonly from: Source;
    readonly files: readonly ModelFile[];
  },
): Promise<{ readonly directory: string; readonly commit: string }> {
  const { repository, from, files } = model;
  const { hub, outside, files: disk } = world;
  const commit = hub.publish(repository, files, { tags: ["mlx"] });
  switch (from) {
    case "hubapi":
    case "lmstudio":
    case "hf-cache": {
      const { directory } = await world.start().download({ repository, layout: from });
      return { directory, commit };
    }
    case "a client's cache":
    case "a client's cache with a listing":
    case "a client's cache of copies with a listing": {
      const directory = await writeForeignSnapshot(disk, join(outside, "cache"), {
        repository,
        files,
        commit,
        revision: "main",
        hasListing: from.endsWith("listing"),
        isShared: false,
        absent: [],
        isCopied: from.includes("of copies"),
      });
      return { directory, commit };
    }
    default: {
      const directory = await placeTheirs(world, {
        repository,
        files,
        commit: from === "by hand" ? undefined : commit,
      });
      return { directory, commit };
    }
  }
}
