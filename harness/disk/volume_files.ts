import type { FileSystem } from "../../spec/mod.ts";
import { foldingFiles } from "./wrappers/folding_files.ts";
import { linklessFiles } from "./wrappers/linkless_files.ts";
import { memoryFiles, type MemoryFilesOptions } from "./memory/memory_files.ts";
import { foldCase, foldCaseAndForm, type NameFold } from "./name_fold.ts";

/**
 * Kinds of volumes. `plain`: names are distinguished byte by byte, as on ext4. `folding`: names that differ in case or
 * normalization are one, as on APFS as Macs ship it. `no-links`: as exFAT, without links of either kind, and names that
 * differ in case are one.
 */
export const VOLUME_KINDS = ["plain", "folding", "no-links"] as const;

/** One kind of volume. */
export type VolumeKind = (typeof VOLUME_KINDS)[number];

const FOLDS: Readonly<Record<VolumeKind, NameFold | undefined>> = {
  plain: undefined,
  folding: foldCaseAndForm,
  "no-links": foldCase,
};

/** Makes a disk that distinguishes all names behave as a volume of this kind. */
export function volumeFiles(files: FileSystem, kind: VolumeKind): FileSystem {
  const fold = FOLDS[kind];
  const folded = fold === undefined ? files : foldingFiles(files, fold);
  return kind === "no-links" ? linklessFiles(folded) : folded;
}

/**
 * Makes an empty volume of a kind in memory.
 *
 * @example
 * ```ts
 * import { memoryVolume } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * const stick = memoryVolume("no-links");
 * await stick.mkdir("/Models");
 * assert.equal((await stick.stat("/models")).kind, "directory");
 * await assert.rejects(stick.symlink("Models", "/link"), { code: "EPERM" });
 * ```
 */
export function memoryVolume(kind: VolumeKind, options: MemoryFilesOptions = {}): FileSystem {
  const files = memoryFiles({ ...options, fold: FOLDS[kind] });
  return kind === "no-links" ? linklessFiles(files) : files;
}
