/**
 * Disks for worlds: in memory, real, and with the faults and oddities of volumes.
 *
 * @module
 */

export { blockingFiles, type BlockingFilesOptions } from "./blocking_files.ts";
export { cappedFiles } from "./capped_files.ts";
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
export { evictingFiles } from "./evicting_files.ts";
export { foldingFiles } from "./folding_files.ts";
export { guardedFiles, type GuardedFilesOptions } from "./guarded_files.ts";
export {
  type DiskRefusal,
  limitedFiles,
  REFUSAL_CODES,
  type RefusalCode,
  type VolumeLimits,
} from "./limited_files.ts";
export { linklessFiles } from "./linkless_files.ts";
export {
  isMemoryDisk,
  type MemoryDisk,
  memoryFiles,
  type MemoryFilesOptions,
} from "./memory_files.ts";
export { foldCase, foldCaseAndForm, type NameFold } from "./name_fold.ts";
export { nodeFiles } from "./node_files.ts";
export { type DiskObservation, observingFiles } from "./observing_files.ts";
export { sizedFiles, type SizedFilesOptions } from "./sized_files.ts";
export { memoryVolume, VOLUME_KINDS, volumeFiles, type VolumeKind } from "./volume_files.ts";
export { type DiskCall, type DiskHook, isChange, wrapFiles } from "./wrap_files.ts";
