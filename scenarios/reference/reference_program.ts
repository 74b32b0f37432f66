/**
 * The reference as a program.
 *
 * @module
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FoundProgram } from "../../harness/internal.ts";
import { moduleBeside } from "../commands/module_beside.ts";

/** How many times as fast its clock runs, so that nobody waits for its pauses. */
const CLOCK_SPEED = "10";

/** The program, with arguments of its adapter: `startProgram(command, { env })` starts it. */
export function referenceProgram(args: readonly string[] = []): FoundProgram {
  const { NODE_COMPILE_CACHE = join(tmpdir(), "node-compile-cache") } = process.env;
  return {
    command: [process.execPath, moduleBeside("./reference_adapter", import.meta.url), ...args],
    // A scenario starts it many times, each time with a temporary directory of its own, where it would find nothing compiled.
    env: { MLX_LAYOUT_CLOCK_SPEED: CLOCK_SPEED, NODE_COMPILE_CACHE },
  };
}
