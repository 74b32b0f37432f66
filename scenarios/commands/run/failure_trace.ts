/**
 * What happened in the failing case, for the record of a run.
 *
 * @module
 */

import type { Subject } from "../../../spec/mod.ts";
import { type Replay, WorldTrace, runReplay, traceTable } from "../../../harness/internal.ts";
import { HarnessError } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";

/** Events that are kept of a trace: the last ones lead to the failure. */
const EVENTS_MAX = 300;

/**
 * Runs the one case of a replay again, and writes down hub traffic and disk operations.
 *
 * @returns a line for each event, after a heading; or why they cannot be shown
 */
export async function failureTrace(replay: Replay, subject: Subject): Promise<readonly string[]> {
  const trace = new WorldTrace();
  try {
    await runReplay(replay, { scenarios, subject, trace });
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return [`it cannot be shown: ${error.message}`];
  }
  return traceTable(trace.events, { eventsMax: EVENTS_MAX });
}
