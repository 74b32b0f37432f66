import type { RunnerLimits } from "../../spec/mod.ts";

const MIB = 1024 * 1024;

/** The limits of a runner when nobody sets others: a cold disk and a large model must fit. */
export const DEFAULT_LIMITS: RunnerLimits = {
  startMs: 60_000,
  loadMs: 600_000,
  tokenMs: 120_000,
  endMs: 5_000,
  memoryBytes: undefined,
  messageBytes: 4 * MIB,
  outputBytes: 64 * MIB,
};
