import type { RequirementId } from "../../spec/mod.ts";

/** A promise that a state shows broken. */
export interface CrashViolation {
  readonly requirement: RequirementId;
  readonly detail: string;
}

/** What a look at the disk alone shows. */
export interface StateLook {
  /** The version that must be there whole, if any. */
  readonly promised: number | undefined;
  /** The versions of which every file is there. */
  readonly whole: ReadonlySet<number>;
  /** The versions of which `config.json` and every weight file are there, and none of another version. */
  readonly runnable: ReadonlySet<number>;
  readonly violations: readonly CrashViolation[];
}
