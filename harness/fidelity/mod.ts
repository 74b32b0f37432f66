/**
 * Whether a disk in memory answers as a real one does.
 *
 * @module
 */

export { compareDisks, type CompareDisksOptions, type DiskComparison } from "./compare_disks.ts";
export {
  type DiskDifference,
  LISTED_DIFFERENCES,
  listedDifference,
  type ListedDifference,
} from "./listed_difference.ts";
export { kindOfVolume, probeVolume, type VolumeFacts } from "./probe_volume.ts";
