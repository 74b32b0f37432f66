/**
 * What a case of the scenarios about verdicts is.
 *
 * @module
 */

import type { ModelFile, TinyModel } from "../../../harness/mod.ts";

/** Runtimes with a version, and whether each loads a model of a case. */
export type Expected = Readonly<Record<string, boolean>>;

/** One way in which runtimes differ, or all refuse. */
export interface VerdictCase {
  readonly apply: (model: TinyModel, type: string) => readonly ModelFile[];
  /** What the runtimes' sources say; the model's other parts are sound. */
  readonly expected: Expected | ((model: TinyModel) => Expected);
  /** Whether a download without patterns has it. */
  readonly isDownloaded: boolean;
}
