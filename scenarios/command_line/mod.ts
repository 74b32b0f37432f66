/**
 * Scenarios about a command line: how it ends, and what it prints.
 *
 * @module
 */

import type { Scenario } from "../../harness/mod.ts";
import { ends } from "./ends.ts";
import { secrets } from "./secrets.ts";
import { terminal } from "./terminal.ts";
import { unvouched } from "./unvouched.ts";
import { wrongUse } from "./wrong_use.ts";

/** Scenarios of this area. */
export const commandLineScenarios: readonly Scenario[] = [
  ends,
  unvouched,
  wrongUse,
  secrets,
  terminal,
];
