/**
 * Scenarios about `offline`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";

/** Scenarios of this area. */
export const offlineScenarios: readonly Scenario[] = [];
