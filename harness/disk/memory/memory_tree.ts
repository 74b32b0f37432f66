/**
 * Path resolution over memfs's tree of entries, by the kernel's rules instead of memfs's.
 *
 * memfs resolves a link's target where the entry is meant (`rename` of a link moves what it points
 * to), and reports several failures under another code. Every operation therefore asks this module
 * for the entry, and touches memfs's nodes only.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Volume } from "memfs";
import { diskError } from "../disk_error.ts";
import type { NameFold } from "../name_fold.ts";

/** One directory entry, as memfs holds it. */
export type Entry = Volume["_core"]["root"];
/** The data behind an entry, as memfs holds it. */
export type Inode = ReturnType<Entry["getNode"]>;

/** A place in the tree where an entry is, or could be made. */
export interface Spot {
  readonly parent: Entry;
  /** Empty for the root. */
  readonly name: string;
  readonly entry: Entry | undefined;
}

/** What a path is looked up for. */
export interface Lookup {
  readonly syscall: string;
  /** Whether a link at the end is followed. */
  readonly follow: boolean;
  readonly target?: string;
  /** Leaves a last name that is too long to the caller, who looks at another path first. */
  readonly longLastName?: boolean;
  /** What equal names have in common, on a volume that does not distinguish all names. */
  readonly fold?: NameFold | undefined;
}

const NAME_BYTES_MAX = 255;
const PATH_BYTES_MAX = 4095;
const LINKS_MAX = 40;
/** Most bytes that UTF-8 has for one unit of a JavaScript string. */
const BYTES_PER_UNIT_MAX = 3;
/** Paths whose parts are kept: the same few come again and again. */
const SPLIT_PATHS_MAX = 4096;

interface Walk extends Lookup {
  readonly root: Entry;
  readonly path: string;
  linksLeft: number;
}

/**
 * Finds the place that a path names.
 *
 * @throws an error with `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`, as Linux would.
 */
export function findSpot(root: Entry, path: string, lookup: Lookup): Spot {
  if (path.includes("\0")) {
    throw diskError("ERR_INVALID_ARG_VALUE", lookup.syscall, path, lookup);
  }
  if (!path.startsWith("/")) throw diskError("EINVAL", lookup.syscall, path, lookup);
  if (isLonger(path, PATH_BYTES_MAX)) {
    throw diskError("ENAMETOOLONG", lookup.syscall, path, lookup);
  }
  return walk(root, path, { ...lookup, root, path, linksLeft: LINKS_MAX });
}

/**
 * Finds the entry that a path names.
 *
 * @throws as {@linkcode findSpot}, and `ENOENT` when there is none.
 */
export function findEntry(root: Entry, path: string, lookup: Lookup): Entry {
  const { entry } = findSpot(root, path, lookup);
  if (entry === undefined) throw diskError("ENOENT", lookup.syscall, path, lookup);
  return entry;
}

/** Names below a directory, without memfs's own `.` and `..`. */
export function namesIn(directory: Entry): string[] {
  return [...directory.children.keys()].filter((name) => name !== "." && name !== "..");
}

/** The absolute path of an entry. */
export function pathOf(entry: Entry): string {
  return entry.parent === undefined ? "/" : entry.getPath();
}

/** Whether `entry` is `ancestor` or lies below it. */
export function isWithin(entry: Entry, ancestor: Entry): boolean {
  let at: Entry | undefined = entry;
  while (at !== undefined && at !== ancestor) {
    // memfs's root is its own parent.
    at = at.parent === at ? undefined : at.parent;
  }
  return at === ancestor;
}

function walk(start: Entry, text: string, at: Walk): Spot {
  const parts = partsOf(text);
  let here: Entry = text.startsWith("/") ? at.root : start;
  let spot: Spot = spotOf(here);
  let index = 0;
  for (const part of parts) {
    requireDirectory(here, at);
    const last = ++index === parts.length;
    if (part === "..") {
      here = here.parent ?? here;
      spot = spotOf(here);
      continue;
    }
    if (isTooLong(part) && !(last && at.longLastName)) throw fail("ENAMETOOLONG", at);
    spot = { parent: here, name: part, entry: childOf(here, part, at.fold) };
    if (spot.entry?.getNode().isSymlink() && (!last || at.follow || text.endsWith("/"))) {
      if (at.linksLeft === 0) throw fail("ELOOP", at);
      at.linksLeft -= 1;
      // A link inside a path is always followed, whatever is asked of the last name.
      const inner = { ...at, follow: true, longLastName: false };
      spot = walk(here, spot.entry.getNode().symlink, inner);
      at.linksLeft = inner.linksLeft;
    }
    if (last) break;
    if (spot.entry === undefined) throw fail("ENOENT", at);
    here = spot.entry;
  }
  if (text.endsWith("/") && spot.entry !== undefined) requireDirectory(spot.entry, at);
  return spot;
}

/** The entry of a name in a directory; of an equal name where the volume folds. */
function childOf(directory: Entry, name: string, fold: NameFold | undefined): Entry | undefined {
  const exact = directory.children.get(name);
  if (exact !== undefined || fold === undefined) return exact;
  const folded = fold(name);
  const stored = namesIn(directory).find((other) => fold(other) === folded);
  return stored === undefined ? undefined : directory.children.get(stored);
}

/** Whether no volume takes a name. */
export function isTooLong(name: string): boolean {
  return isLonger(name, NAME_BYTES_MAX);
}

function isLonger(text: string, sizeBytesMax: number): boolean {
  return text.length * BYTES_PER_UNIT_MAX > sizeBytesMax && Buffer.byteLength(text) > sizeBytesMax;
}

const splitPaths = new Map<string, readonly string[]>();

/** The names in a path. */
function partsOf(path: string): readonly string[] {
  const known = splitPaths.get(path);
  if (known !== undefined) return known;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (splitPaths.size === SPLIT_PATHS_MAX) splitPaths.clear();
  splitPaths.set(path, parts);
  return parts;
}

function spotOf(entry: Entry): Spot {
  return { parent: entry.parent ?? entry, name: entry.parent ? entry.name : "", entry };
}

function requireDirectory(entry: Entry, at: Walk): void {
  if (!entry.getNode().isDirectory()) throw fail("ENOTDIR", at);
}

function fail(code: string, at: Walk): Error {
  return diskError(code, at.syscall, at.path, at);
}
