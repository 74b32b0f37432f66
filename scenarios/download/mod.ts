/**
 * Scenarios about `download`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";

/** Scenarios of this area. */
export const downloadScenarios: readonly Scenario[] = [];
