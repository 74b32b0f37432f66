/**
 * Scenarios about `hub`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";

/** Scenarios of this area. */
export const hubScenarios: readonly Scenario[] = [];
