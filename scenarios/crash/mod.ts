/**
 * What is on the disk after the machine stopped.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { afterSuccess } from "./after_success.ts";
import { cachedModel } from "./cached_model.ts";
import { beforeSuccess } from "./before_success.ts";
import { crashAgain } from "./crash_again.ts";
import { crashedMigration } from "./migration.ts";
import { crashedMigrationAgain } from "./migration_again.ts";
import { fetchedOnce } from "./fetched_once.ts";
import { orderOfSyncs } from "./order_of_syncs.ts";
import { wholeMarkers } from "./whole_markers.ts";

/** Every scenario of crashes. */
export const crashScenarios: readonly Scenario[] = [
  afterSuccess,
  beforeSuccess,
  wholeMarkers,
  crashAgain,
  fetchedOnce,
  cachedModel,
  crashedMigration,
  crashedMigrationAgain,
  orderOfSyncs,
];
