/**
 * Disks for worlds: in memory, real, and with the faults and oddities of volumes.
 *
 * @module
 */

export { blockingFiles, type BlockingFilesOptions } from "./wrappers/blocking_files.ts";
export { cappedFiles } from "./wrappers/capped_files.ts";
export { diskError, diskErrorCode } from "./disk_error.ts";
export { type DiskImage, filesBelow, type ImageNode, nodeAt } from "./disk_image.ts";
export type { DiskOperation, InodeId } from "./disk_operation.ts";
export {
  exists,
  makeDirectories,
  overwriteBytes,
  readBytes,
  readText,
  readTree,
  removeTree,
  type TreeEntry,
  writeBytes,
} from "./disk_tree.ts";
export { evictingFiles } from "./wrappers/evicting_files.ts";
export { foldingFiles } from "./wrappers/folding_files.ts";
export { guardedFiles, type GuardedFilesOptions } from "./wrappers/guarded_files.ts";
export {
  type DiskRefusal,
  limitedFiles,
  REFUSAL_CODES,
  type RefusalCode,
  type RefusingDisk,
  refusingDisk,
  type VolumeLimits,
} from "./wrappers/limited_files.ts";
export { linklessFiles } from "./wrappers/linkless_files.ts";
export {
  isMemoryDisk,
  type MemoryDisk,
  memoryFiles,
  type MemoryFilesOptions,
} from "./memory/memory_files.ts";
export { foldCase, foldCaseAndForm, type NameFold } from "./name_fold.ts";
export { nodeFiles } from "./node_files.ts";
export { type DiskObservation, observingFiles } from "./wrappers/observing_files.ts";
export { sizedFiles, type SizedFilesOptions } from "./wrappers/sized_files.ts";
export { memoryVolume, VOLUME_KINDS, volumeFiles, type VolumeKind } from "./volume_files.ts";
export { type TrackedOpens, trackedOpens } from "./wrappers/tracked_opens.ts";
export { type DiskCall, type DiskHook, isChange, wrapFiles } from "./wrappers/wrap_files.ts";
