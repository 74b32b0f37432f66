/**
 * A process that judges one scenario at a time, as its parent orders: the reference, or the program in its first argument.
 *
 * @module
 */

import {
  type FoundProgram,
  probeSandbox,
  serveScenarios,
  startProgram,
} from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";

const [program] = process.argv.slice(2);
if (program === undefined) serveScenarios(scenarios, reference);
else {
  const { command, ...options } = JSON.parse(program) as FoundProgram;
  serveScenarios(scenarios, await probeSandbox(await startProgram(command, options)));
}
