import type { Clock } from "../../spec/mod.ts";

/** Milliseconds since some moment, for limits of time: a clock that is set must not end a wait, nor prolong it. */
export function elapsedMs(clock: Pick<Clock, "now" | "elapsedMs">): number {
  return clock.elapsedMs?.() ?? clock.now();
}
