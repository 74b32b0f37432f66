/**
 * Scenarios about `offline`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { brokenOff } from "./broken_off.ts";
import { cancelledCheck } from "./cancelled_check.ts";
import { completeModel } from "./complete_model.ts";
import { failedUpdate } from "./failed_update.ts";
import { silentHub } from "./silent_hub.ts";
import { interruptedTwice } from "./interrupted_twice.ts";
import { incompleteModel } from "./incomplete_model.ts";

/** Scenarios of this area. */
export const offlineScenarios: readonly Scenario[] = [
  completeModel,
  incompleteModel,
  interruptedTwice,
  brokenOff,
  failedUpdate,
  silentHub,
  cancelledCheck,
];
