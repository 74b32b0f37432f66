/**
 * Downloads at the same time that take longer than any lock is waited for without a sign of life.
 *
 * @module
 */

import fc from "fast-check";
import type { ModelFile, Verdict, World } from "../../harness/mod.ts";

/** The goal of a scenario that has slow lines. */
export const SLOW = "one waited for long";
/** How long the configuration is on its way; 0 for an ordinary line. */
export function anySlowSeconds(): fc.Arbitrary<number> {
  return fc.constantFrom(0, 0, 0, 22);
}

/** Options of {@linkcode slowDown}. */
export interface SlowDownOptions {
  readonly seconds: number;
  /** What is downloaded, of one revision or of several. */
  readonly files: readonly ModelFile[];
  readonly verdict: Verdict;
}

/** Has each configuration arrive byte by byte. Of programs the clock is everybody's, and nobody waits for it. */
export function slowDown(world: World, { seconds, files, verdict }: SlowDownOptions): void {
  if (seconds > 0 || world.kind === "process") verdict.reached(SLOW);
  if (seconds === 0 || world.kind === "process") return;
  const configs = files.filter(({ path }) => path === "config.json");
  // The longest one takes so long, and no other one longer.
  const bytesPerSecond = Math.max(...configs.map(({ bytes }) => bytes.length)) / seconds;
  world.hub.faults = [
    { match: { path: "config.json", nth: "all" }, do: { type: "drip", bytesPerSecond } },
  ];
}
