/**
 * Scenarios about the stores of other tools: what is found there, and what is wrong with it.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { diagnosed } from "./diagnosed.ts";
import { foundInStores } from "./found_in_stores.ts";
import { furtherRoots } from "./further_roots.ts";
import { halfDownloads } from "./half_downloads.ts";
import { nothingWritten } from "./nothing_written.ts";
import { removalPlan } from "./removal_plan.ts";
import { volumeAway } from "./volume_away.ts";
import { warned } from "./warned.ts";

/** Scenarios of this area. */
export const placesScenarios: readonly Scenario[] = [
  foundInStores,
  nothingWritten,
  diagnosed,
  halfDownloads,
  warned,
  removalPlan,
  volumeAway,
  furtherRoots,
];
