import type { LockHolder } from "../../../spec/mod.ts";
import { formatDuration } from "./format.ts";

const WHAT: ReadonlyMap<string, string> = new Map([
  ["download", "a running download"],
  ["remove", "a running removal"],
  ["migrate", "a running migration"],
  ["share", "a running share"],
]);

/** The line that says for which other process a command waits. */
export function waitingLine({ pid, purpose = "", heldMs }: LockHolder): string {
  const where = pid === undefined ? "of another machine or container" : `${pid}`;
  const since = heldMs > 0 ? `, for ${formatDuration(heldMs)}` : "";
  return `Waiting for ${WHAT.get(purpose) ?? "another command"} (process ${where}${since})\n`;
}
