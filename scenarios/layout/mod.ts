/**
 * Scenarios about `layout`.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { requiredFiles } from "./required_files.ts";

/** Scenarios of this area. */
export const layoutScenarios: readonly Scenario[] = [requiredFiles];
