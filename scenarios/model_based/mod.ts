/**
 * Scenarios that play any history against a model of it.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { anyHistoryScenario } from "./any_history.ts";
import { anyTroubleScenario } from "./any_trouble.ts";

/** Scenarios of this area. */
export const modelBasedScenarios: readonly Scenario[] = [anyHistoryScenario, anyTroubleScenario];
