/**
 * The work of `mlx-conform bench inference`: starts the compiled measurement.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { packageDirectory } from "../commands/package_directory.ts";

const COMPILED = "dist/scenarios/bench/bench_inference.js";

/**
 * Measures inference in a process that runs compiled code only; where this is source, compiles first.
 *
 * @returns the exit code
 */
export async function benchCompiledInference(rounds: number): Promise<number> {
  const cwd = packageDirectory();
  if (import.meta.url.endsWith(".ts") && (await execute(["npm", "run", "-s", "build"], cwd)) !== 0)
    return EXIT_CODES["harness failed"];
  const code = await execute([process.execPath, join(cwd, COMPILED), String(rounds)], cwd);
  return code === 0 ? EXIT_CODES.conformant : EXIT_CODES["harness failed"];
}

async function execute([program = "", ...args]: readonly string[], cwd: string): Promise<unknown> {
  const child = spawn(program, args, { cwd, stdio: "inherit" });
  const [code]: unknown[] = await once(child, "exit");
  return code;
}
