/**
 * What the scenarios of this area ask first.
 *
 * @module
 */

import type { RequirementId, ModelManager } from "../../spec/mod.ts";
import type { RunningSubject, Verdict } from "../../harness/mod.ts";

/** The command line of a subject; undefined where it has none, and then the requirements are skipped. */
export function commandOf(
  subject: RunningSubject,
  verdict: Verdict,
  ids: readonly RequirementId[],
): NonNullable<ModelManager["command"]> | undefined {
  const { command } = subject;
  if (command === undefined) for (const id of ids) verdict.skip(id, "it has no command line");
  return command;
}
