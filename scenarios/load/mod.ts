/**
 * Scenarios about `load`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";

/** Scenarios of this area. */
export const loadScenarios: readonly Scenario[] = [];
