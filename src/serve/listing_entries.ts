import { createHash } from "node:crypto";
import type { OfferedFile, OfferedModel } from "./offered_model.ts";

/** One entry of a listing, as the hub has it. */
export interface ListingEntry {
  readonly type: "file" | "directory";
  readonly oid: string;
  readonly size: number;
  readonly path: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

/** What the hub calls a file's content: the hash without the name of its algorithm. */
export function contentTag({ digest }: OfferedFile): string {
  return digest.slice(digest.indexOf(":") + 1);
}

/** Whether the hub has the file in its store of large files. */
export function isLarge({ digest }: OfferedFile): boolean {
  return digest.startsWith("sha256:");
}

/** Every file and directory of a model, in order of their paths: `SERVE-LISTING`. */
export function listingEntries({ files }: OfferedModel): readonly ListingEntry[] {
  const directories = new Set<string>();
  for (const path of files.keys())
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1))
      directories.add(path.slice(0, at));
  const entries = [...[...directories].map(directoryEntry), ...[...files.values()].map(fileEntry)];
  return entries.toSorted((one, two) => (one.path < two.path ? -1 : 1));
}

/** Of a large file Git has a pointer, which follows from its hash and its size. */
export function fileEntry(file: OfferedFile): ListingEntry {
  const { path, sizeBytes: size } = file;
  const oid = contentTag(file);
  if (!isLarge(file)) return { type: "file", oid, size, path };
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;
  const pointerOid = sha1(`blob ${pointer.length}\0${pointer}`);
  return {
    type: "file",
    oid: pointerOid,
    size,
    path,
    lfs: { oid, size, pointerSize: pointer.length },
  };
}

/** Nobody reads the name of a directory's contents, but each directory has one. */
function directoryEntry(path: string): ListingEntry {
  return { type: "directory", oid: sha1(`tree ${path}`), size: 0, path };
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
