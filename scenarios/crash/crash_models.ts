/**
 * The models whose crashes `mlx-conform crash` explores as a whole.
 *
 * @module
 */

import { type ModelFile, tinyLlama } from "../../harness/mod.ts";
import type { CrashModelName } from "./crash_model_name.ts";

/** A run that is gone through as a whole. */
export interface CrashSubjectMatter {
  readonly name: CrashModelName;
  /** What the hub has; with two, the second is an update of the first. */
  readonly versions: readonly (readonly ModelFile[])[];
  readonly concurrency: number;
}

/** Small, so that a state takes milliseconds; sound, so that `check` has something to say. */
const TINY = { vocabSize: 259, generationConfig: false, chatTemplate: "none" } as const;

function filesOf(shards: 1 | 3, seed: number): readonly ModelFile[] {
  return tinyLlama({ ...TINY, shards, seed, index: shards > 1 }).files.filter(
    ({ path }) => path !== "special_tokens_map.json",
  );
}

/** The models of the exhaustive run: the smallest that the spec allows, a sharded one, and an update of either. */
export const CRASH_MODELS: readonly CrashSubjectMatter[] = [
  { name: "smallest", versions: [filesOf(1, 0)], concurrency: 1 },
  { name: "sharded", versions: [filesOf(3, 0)], concurrency: 8 },
  { name: "update", versions: [filesOf(1, 0), filesOf(1, 1)], concurrency: 1 },
  { name: "fewer shards", versions: [filesOf(3, 0), filesOf(1, 1)], concurrency: 8 },
];
