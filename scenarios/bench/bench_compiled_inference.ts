/**
 * The work of `mlx-conform bench inference`: starts the compiled measurement.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { moduleBeside } from "../commands/module_beside.ts";
import { packageDirectory } from "../commands/package_directory.ts";

const COMPILED = "dist/mlx-conform/scenarios/bench/bench_inference.js";

/**
 * Measures inference in a process that runs compiled code only; where this is source, compiles first.
 *
 * @returns the exit code
 */
export async function benchCompiledInference(rounds: number): Promise<number> {
  const cwd = packageDirectory();
  let module = moduleBeside("./bench_inference", import.meta.url);
  if (module.endsWith(".ts")) {
    if ((await execute(["npm", "run", "-s", "build"], cwd)) !== 0)
      return EXIT_CODES["harness failed"];
    module = join(cwd, COMPILED);
  }
  const code = await execute([process.execPath, module, String(rounds)], cwd);
  return code === 0 ? EXIT_CODES.conformant : EXIT_CODES["harness failed"];
}

async function execute([program = "", ...args]: readonly string[], cwd: string): Promise<unknown> {
  const child = spawn(program, args, { cwd, stdio: "inherit" });
  const [code]: unknown[] = await once(child, "exit");
  return code;
}
