/**
 * What happens to a store, or to the copy that was shared with it, before the share is taken back.
 *
 * @module
 */

import { dirname, join, relative } from "node:path";
import type { FileSystem, Layout } from "../../spec/mod.ts";
import { exists, hubCachePaths, readBytes, writeBytes } from "../../harness/internal.ts";
import type { ModelFile } from "../../harness/mod.ts";

const CHANGED: Uint8Array = new TextEncoder().encode("changed by another tool");
const OTHER_COMMIT: Uint8Array = new TextEncoder().encode("beef".padEnd(40, "2"));

/** What other tools do in the store, and how a scenario calls it when it was reached. */
export const STORE_TROUBLES = {
  changed: "something was changed",
  added: "something was added",
  "written anew": "written anew",
  "ref moved": "the ref was moved",
  "link moved": "a link was moved",
} as const;

/** One of {@linkcode STORE_TROUBLES}. */
export type StoreTrouble = keyof typeof STORE_TROUBLES;

/** Another tool does something in the store. @returns what it has put there, which must stay; undefined where that may go */
export async function disturb(
  disk: FileSystem,
  trouble: StoreTrouble,
  store: {
    readonly repository: string;
    readonly into: string;
    readonly layout: Layout;
    /** The model's directory there. */
    readonly place: string;
    /** One of its files. */
    readonly file: ModelFile;
    readonly entry: string;
  },
): Promise<{ readonly path: string; readonly bytes: Uint8Array } | undefined> {
  const { repository, into, layout, place, file, entry } = store;
  const cache = hubCachePaths(into, repository);
  // As tools do that write a file anew: what has another name elsewhere keeps its data.
  const write = async (path: string, bytes = CHANGED) => {
    await writeBytes(disk, path, bytes);
    return { path, bytes };
  };
  switch (trouble) {
    case "changed":
      return await write(entry);
    case "added":
      return await write(join(layout === "hf-cache" ? cache.repository : place, "notes.txt"));
    case "written anew":
      await write(entry, file.bytes);
      return undefined;
    case "ref moved":
      return await write(join(cache.refs, "main"), OTHER_COMMIT);
    case "link moved": {
      const { path, bytes } = await write(join(cache.blobs, "f".repeat(40)));
      await disk.unlink(entry);
      await disk.symlink(relative(dirname(entry), path), entry);
      return { path: entry, bytes };
    }
  }
}

/** The copy loses a file, or gets a link to the store's data in its place. @returns where the only data is */
export async function lose(
  disk: FileSystem,
  own: string,
  { entry, trouble }: { readonly entry: string; readonly trouble: "lost" | "linked" },
): Promise<string> {
  await disk.unlink(own);
  if (trouble === "lost") return entry;
  const data = await disk.realpath(entry);
  await disk.symlink(data, own);
  return data;
}

/** Whether a file has these bytes. */
export async function holds(disk: FileSystem, path: string, bytes: Uint8Array): Promise<boolean> {
  return (await exists(disk, path)) && Buffer.from(await readBytes(disk, path)).equals(bytes);
}
