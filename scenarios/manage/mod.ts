/**
 * Scenarios about `manage`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";

/** Scenarios of this area. */
export const manageScenarios: readonly Scenario[] = [];
