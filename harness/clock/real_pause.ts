import { setTimeout } from "node:timers/promises";

/** Waits in the machine's time, whatever a world's clock says: for what a program does by itself. */
export async function realPause(durationMs: number): Promise<void> {
  await setTimeout(durationMs);
}
