/**
 * A process that runs one scenario at a time, as its parent orders, on the reference or on the program in its first argument.
 *
 * @module
 */

import { type FoundProgram, probeSandbox, serveScenarios } from "../../harness/internal.ts";
import { startProgram } from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";

const [program] = process.argv.slice(2);
if (program === undefined) serveScenarios(scenarios, reference);
else {
  const { command, ...options } = JSON.parse(program) as FoundProgram;
  serveScenarios(scenarios, await probeSandbox(await startProgram(command, options)));
}
