/**
 * The cases: every scenario of the suite.
 *
 * @module
 */

import type { Scenario } from "../harness/mod.ts";
import { commandLineScenarios } from "./command_line/mod.ts";
import { concurrencyScenarios } from "./concurrency/mod.ts";
import { crashScenarios } from "./crash/mod.ts";
import { downloadScenarios } from "./download/mod.ts";
import { hubScenarios } from "./hub/mod.ts";
import { interopScenarios } from "./interop/mod.ts";
import { layoutScenarios } from "./layout/mod.ts";
import { loadScenarios } from "./load/mod.ts";
import { manageScenarios } from "./manage/mod.ts";
import { modelBasedScenarios } from "./model_based/mod.ts";
import { placesScenarios } from "./places/mod.ts";
import { serveScenarios } from "./serve/mod.ts";
import { offlineScenarios } from "./offline/mod.ts";
import { shareScenarios } from "./share/mod.ts";

/** Every scenario, in the order of the spec. */
export const scenarios: readonly Scenario[] = [
  ...layoutScenarios,
  ...downloadScenarios,
  ...concurrencyScenarios,
  ...hubScenarios,
  ...offlineScenarios,
  ...manageScenarios,
  ...placesScenarios,
  ...shareScenarios,
  ...commandLineScenarios,
  ...serveScenarios,
  ...loadScenarios,
  ...interopScenarios,
  ...modelBasedScenarios,
  ...crashScenarios,
];
