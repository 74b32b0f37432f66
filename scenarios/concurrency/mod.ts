/**
 * Scenarios in which several tasks or processes work on one model, in an order that is drawn.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { cancelOne } from "./cancel_one.ts";
import { clockJumps } from "./clock_jumps.ts";
import { deadHolder } from "./dead_holder.ts";
import { stoodStill } from "./stood_still.ts";
import { twoProcesses } from "./two_processes.ts";
import { twoTasks } from "./two_tasks.ts";
import { unseenProcess } from "./unseen_process.ts";

/** Scenarios of this area. */
export const concurrencyScenarios: readonly Scenario[] = [
  twoTasks,
  twoProcesses,
  deadHolder,
  stoodStill,
  unseenProcess,
  clockJumps,
  cancelOne,
];
