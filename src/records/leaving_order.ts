import { MARKER_NAME } from "../../spec/mod.ts";

/** What makes a directory look like a model, in the order in which it goes: `MARK-FIRST-OUT`. */
const FIRST_OUT: readonly string[] = [MARKER_NAME, "config.json"];

/** Whether a file must be gone for good before any other goes, so that nothing looks like a model that is not whole. */
export function leavesFirst(path: string): boolean {
  return FIRST_OUT.includes(path);
}

/** Orders paths, relative to a model's directory, as they leave it; equal ones stay in the order they had. */
export function byLeaving(one: string, two: string): number {
  return rankOf(one) - rankOf(two);
}

function rankOf(path: string): number {
  const first = FIRST_OUT.indexOf(path);
  return first === -1 ? FIRST_OUT.length : first;
}
