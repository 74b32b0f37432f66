/**
 * Scenarios about models that one machine offers to others.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { asTheHub } from "./as_the_hub.ts";
import { askedOtherwise } from "./asked_otherwise.ts";
import { changedFile } from "./changed_file.ts";
import { confined } from "./confined.ts";
import { downloadedAgain } from "./downloaded_again.ts";
import { laterRevision } from "./later_revision.ts";
import { token } from "./token.ts";
import { wholeModels } from "./whole_models.ts";

/** Scenarios of this area. */
export const serveScenarios: readonly Scenario[] = [
  wholeModels,
  laterRevision,
  asTheHub,
  askedOtherwise,
  downloadedAgain,
  confined,
  changedFile,
  token,
];
