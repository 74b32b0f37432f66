import { asFailure, RequirementBroken } from "./verdict.ts";

/** A case that was judged on a real disk. */
export interface DiskCase {
  /** What it ended with. */
  readonly error: unknown;
  /** Runs the very same case, the same given values and all, in memory. */
  readonly runInMemory: () => Promise<void>;
}

/**
 * Whether a case that is red on a real disk is green in memory: then the two worlds differ, and one of them is wrong. That
 * is a fault of the harness ("fidelity"), and says nothing about the subject.
 */
export async function isFidelityFault({ error, runInMemory }: DiskCase): Promise<boolean> {
  // What is no verdict on a subject needs no second opinion.
  if (!isVerdict(error)) return false;
  try {
    await runInMemory();
    return true;
  } catch {
    // Red there too, or a harness that failed: neither shows that it is green.
    return false;
  }
}

function isVerdict(error: unknown): boolean {
  return error instanceof RequirementBroken || asFailure(error) !== undefined;
}
