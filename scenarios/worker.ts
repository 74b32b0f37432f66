/**
 * A process that judges the reference, one scenario at a time, as its parent orders.
 *
 * @module
 */

import { serveScenarios } from "../harness/mod.ts";
import { scenarios } from "./mod.ts";
import { reference } from "./reference.ts";

serveScenarios(scenarios, reference);
