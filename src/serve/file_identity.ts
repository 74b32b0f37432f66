import type { FileStat } from "../../spec/mod.ts";

/** By what a file is known to be the one that was verified: `SERVE-CHANGED`. */
export type FileIdentity = Pick<FileStat, "inode" | "sizeBytes" | "modifiedMs">;

/** Whether a file is still the one that was verified. */
export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  return (
    one.inode === other.inode &&
    one.sizeBytes === other.sizeBytes &&
    one.modifiedMs === other.modifiedMs
  );
}
