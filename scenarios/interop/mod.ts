/**
 * Scenarios about sharing the hub's own cache with other clients.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { cacheRoot } from "./cache_root.ts";
import { changedMeanwhile } from "./changed_meanwhile.ts";
import { expandedCacheRoot } from "./expanded_cache_root.ts";
import { foreignCache } from "./foreign_cache.ts";
import { migration } from "./migration.ts";
import { forgedJournal } from "./forged_journal.ts";
import { migrationKilled } from "./migration_killed.ts";
import { movedAgain } from "./moved_again.ts";
import { movedLinks } from "./moved_links.ts";
import { noModelMoved } from "./no_model_moved.ts";
import { plantedWays } from "./planted_ways.ts";
import { readOnlyStore } from "./read_only_store.ts";
import { lostLinks } from "./lost_links.ts";
import { refLast } from "./ref_last.ts";
import { refusedMove } from "./refused_move.ts";
import { removedRevision } from "./removed_revision.ts";
import { removedSnapshots } from "./removed_snapshots.ts";
import { snapshot } from "./snapshot.ts";

/** Scenarios of this area. */
export const interopScenarios: readonly Scenario[] = [
  snapshot,
  refLast,
  lostLinks,
  cacheRoot,
  expandedCacheRoot,
  foreignCache,
  readOnlyStore,
  removedRevision,
  removedSnapshots,
  migration,
  migrationKilled,
  refusedMove,
  movedAgain,
  movedLinks,
  changedMeanwhile,
  forgedJournal,
  noModelMoved,
  plantedWays,
];
