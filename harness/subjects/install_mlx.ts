/**
 * `node --import tsx harness/subjects/install_mlx.ts`: makes the private Python environment `.subjects/venv` with mlx and
 * mlx-lm, where Python packages can be had. Tests and the runner mlx-lm find it there by themselves.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SUBJECTS_VENV } from "./find_python.ts";
import { installPython } from "./install_python.ts";

/** MLX's build for Apple silicon has no extra; elsewhere it is the one for the processor. */
export const MLX_PACKAGES: readonly string[] = [
  process.platform === "darwin" ? "mlx==0.32.4" : "mlx[cpu]==0.32.4",
  "mlx-lm==0.32.2",
  "huggingface_hub==2.4.0",
];

if (import.meta.main) process.exitCode = await main();

/** @returns the exit code; that nothing can be had is told, and no failure of whoever asked */
async function main(): Promise<number> {
  if (existsSync(join(SUBJECTS_VENV, "bin", "python"))) {
    process.stdout.write(`mlx-lm: is there, in ${SUBJECTS_VENV}\n`);
    return 0;
  }
  await rm(SUBJECTS_VENV, { recursive: true, force: true });
  await mkdir(dirname(SUBJECTS_VENV), { recursive: true });
  try {
    // An environment names its own place in its scripts, so it is made there and taken away when it fails.
    await installPython(SUBJECTS_VENV, { packages: MLX_PACKAGES });
    process.stdout.write(`mlx-lm: installed in ${SUBJECTS_VENV}\n`);
    return 0;
  } catch (error) {
    await rm(SUBJECTS_VENV, { recursive: true, force: true });
    const { stderr, message } = error as { stderr?: string; message: string };
    const why = (stderr ?? message).trim().split("\n").at(-1) ?? "";
    process.stdout.write(`mlx-lm: cannot be installed here: ${why}\n`);
    return 1;
  }
}
