import type { VolumeKind } from "../disk/volume_files.ts";
import { type DiskStep, operationOf } from "./disk_step.ts";

/** A step that two disks answered differently. */
export interface DiskDifference {
  readonly step: DiskStep;
  readonly real: unknown;
  readonly memory: unknown;
}

/** A difference that is known, and why it is none of the simulation's faults. */
export interface ListedDifference {
  readonly platform: NodeJS.Platform | "any";
  readonly volume: VolumeKind | "any";
  /** Or `any`. */
  readonly operation: string;
  /** The answer, or `any`. */
  readonly real: string;
  /** The answer, or `any`. */
  readonly memory: string;
  /** What else must be the case. */
  readonly isThis?: (difference: DiskDifference) => boolean;
  readonly reason: string;
}

/**
 * Every difference that is known between a volume in memory and a real one of its kind. Memory answers as Linux does; a
 * difference that is not listed here is a fault of the simulation.
 */
export const LISTED_DIFFERENCES: readonly ListedDifference[] = [
  {
    platform: "darwin",
    volume: "any",
    operation: "unlink",
    real: "EPERM",
    memory: "EISDIR",
    reason: "POSIX has EPERM for unlink of a directory, Linux EISDIR; nothing may rely on either",
  },
  {
    platform: "any",
    volume: "no-links",
    operation: "symlink",
    real: "ENOSYS",
    memory: "EPERM",
    reason: "FUSE drivers answer ENOSYS for what they do not have, the kernel's own EPERM",
  },
  {
    platform: "linux",
    volume: "no-links",
    operation: "any",
    real: "ENOTDIR",
    memory: "ENOENT",
    reason:
      "after a rename by another spelling FUSE still has the old one in its cache, as the file that it was",
  },
  {
    platform: "linux",
    volume: "no-links",
    operation: "stat",
    real: "any",
    memory: "any",
    isThis: ({ real, memory }) => isLinkCount(real, 1) && isLinkCount(memory, 0),
    reason: "FUSE gives an open file without a name a hidden one, where memory counts none",
  },
  {
    platform: "linux",
    volume: "no-links",
    operation: "realpath",
    real: "any",
    memory: "any",
    isThis: ({ real, memory }) =>
      typeof real === "string" &&
      typeof memory === "string" &&
      real !== memory &&
      real.toLowerCase() === memory.toLowerCase(),
    reason: "Linux shows a path as it was asked for, memory as it is stored, as Apple's systems do",
  },
  {
    platform: "any",
    volume: "no-links",
    operation: "any",
    real: "any",
    memory: "ENAMETOOLONG",
    reason:
      "exFAT takes names of 255 UTF-16 units, memory of 255 bytes, as the volumes of Linux do",
  },
];

/** Whether an answer are a file's facts with this count of names. */
function isLinkCount(answer: unknown, count: number): boolean {
  return Array.isArray(answer) && answer[0] === "file" && answer[2] === count;
}

/** The listed difference that this is, if it is one. */
export function listedDifference(
  difference: DiskDifference,
  place: { readonly platform: NodeJS.Platform; readonly volume: VolumeKind },
  list: readonly ListedDifference[] = LISTED_DIFFERENCES,
): ListedDifference | undefined {
  return list.find(
    ({ platform, volume, operation, real, memory, isThis }) =>
      (platform === "any" || platform === place.platform) &&
      (volume === "any" || volume === place.volume) &&
      (operation === "any" || operation === operationOf(difference.step)) &&
      (real === "any" || real === difference.real) &&
      (memory === "any" || memory === difference.memory) &&
      (isThis === undefined || isThis(difference)),
  );
}
