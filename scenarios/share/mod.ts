/**
 * Scenarios about one copy for several tools: what a share makes in another store, what it leaves alone, and what becomes of it.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { changedCopy } from "./changed_copy.ts";
import { refusedCall } from "./refused_call.ts";
import { removedCopy } from "./removed_copy.ts";
import { removedLinks } from "./removed_links.ts";
import { shared } from "./shared.ts";
import { sharedAgain } from "./shared_again.ts";
import { shareKilled } from "./share_killed.ts";
import { shareRefused } from "./share_refused.ts";
import { shareUndone } from "./share_undone.ts";
import { unaskedCopy } from "./unasked_copy.ts";
import { watchedShare } from "./watched_share.ts";

/** Scenarios of this area. */
export const shareScenarios: readonly Scenario[] = [
  shared,
  sharedAgain,
  shareRefused,
  shareKilled,
  shareUndone,
  refusedCall,
  removedLinks,
  unaskedCopy,
  watchedShare,
  changedCopy,
  removedCopy,
];
