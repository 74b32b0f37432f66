/**
 * `mlx-conform` within the process of a test.
 *
 * @module
 */

import { moduleBeside } from "./module_beside.ts";
import { runConform } from "./run_conform.ts";

/** Runs `mlx-conform` within this process, for tests: what it wrote, and its exit code. */
export async function captureConform(
  ...args: readonly string[]
): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  let out = "";
  let err = "";
  const exitCode = await runConform(args, {
    random: () => 0.5,
    jobs: 1,
    worker: moduleBeside("./worker", import.meta.url),
    writeOut: (text) => (out += text),
    writeErr: (text) => (err += text),
  });
  return { exitCode, out, err };
}
