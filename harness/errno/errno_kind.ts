import type { DiskRefusal, RefusalCode } from "../disk/mod.ts";

/** A kind of call of the disk's port, and how it can fail. */
export interface ErrnoKind {
  /** As the table shows it. */
  readonly name: string;
  readonly refusal: Pick<DiskRefusal, "operation" | "mode" | "effect">;
  readonly codes: readonly RefusalCode[];
}

/** What any call can answer, whether or not a given system ever does. */
const ANY = ["ENOSPC", "EDQUOT", "EIO", "EACCES", "EROFS", "EMFILE", "EINTR"] as const;

/**
 * Every operation of the port, an open by its mode, and the two failures that do something: a write that stops half-way
 * and a sync that loses what it should have kept.
 *
 * @see `facts` of POSIX: `write` may be short, and Linux marks pages clean after a failed `fsync`
 */
export const ERRNO_KINDS: readonly ErrnoKind[] = [
  { name: "open r", refusal: { operation: "open", mode: "r" }, codes: ANY },
  { name: "open r+", refusal: { operation: "open", mode: "r+" }, codes: ANY },
  { name: "open wx", refusal: { operation: "open", mode: "wx" }, codes: ANY },
  { name: "read", refusal: { operation: "read" }, codes: ANY },
  { name: "write", refusal: { operation: "write" }, codes: ANY },
  {
    name: "write, half",
    refusal: { operation: "write", effect: "half" },
    codes: ["ENOSPC", "EDQUOT", "EIO"],
  },
  { name: "truncate", refusal: { operation: "truncate" }, codes: ANY },
  { name: "sync", refusal: { operation: "sync" }, codes: ANY },
  {
    name: "sync, pages lost",
    refusal: { operation: "sync", effect: "drops" },
    codes: ["EIO", "ENOSPC", "EDQUOT"],
  },
  { name: "fstat", refusal: { operation: "fstat" }, codes: ANY },
  { name: "close", refusal: { operation: "close" }, codes: ANY },
  { name: "syncDirectory", refusal: { operation: "syncDirectory" }, codes: ANY },
  { name: "mkdir", refusal: { operation: "mkdir" }, codes: ANY },
  { name: "readdir", refusal: { operation: "readdir" }, codes: ANY },
  { name: "stat", refusal: { operation: "stat" }, codes: ANY },
  { name: "lstat", refusal: { operation: "lstat" }, codes: ANY },
  { name: "readlink", refusal: { operation: "readlink" }, codes: ANY },
  { name: "realpath", refusal: { operation: "realpath" }, codes: ANY },
  { name: "rename", refusal: { operation: "rename" }, codes: [...ANY, "EXDEV"] },
  { name: "link", refusal: { operation: "link" }, codes: [...ANY, "EXDEV"] },
  { name: "symlink", refusal: { operation: "symlink" }, codes: ANY },
  { name: "unlink", refusal: { operation: "unlink" }, codes: ANY },
  { name: "rmdir", refusal: { operation: "rmdir" }, codes: ANY },
  { name: "availableBytes", refusal: { operation: "availableBytes" }, codes: ANY },
];

/** During what the disk refuses. */
export const ERRNO_STAGES = ["download", "update", "repair", "remove"] as const;

/** One such stage. */
export type ErrnoStage = (typeof ERRNO_STAGES)[number];

/** One way in which a refusal was not survived. */
export interface ErrnoFinding {
  readonly kind: "lost" | "half-published" | "untyped" | "not finished";
  /** Whether it is the marker that says what is not so. */
  readonly isOfMarker?: boolean;
  readonly detail: string;
}
