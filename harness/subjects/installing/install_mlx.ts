/**
 * The private Python environment `.subjects/venv` with mlx and mlx-lm. Tests and the runner mlx-lm find it there by
 * themselves.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SUBJECTS_VENV } from "../find_python.ts";
import { type Installation, installFailure } from "./installation.ts";
import { installPython } from "./install_python.ts";

/** MLX's build for Apple silicon has no extra; elsewhere it is the one for the processor. */
const MLX_PACKAGES: readonly string[] = [
  process.platform === "darwin" ? "mlx==0.32.4" : "mlx[cpu]==0.32.4",
  "mlx-lm==0.32.2",
  "huggingface_hub==2.4.0",
];

/** Makes the private Python environment with mlx and mlx-lm, where Python packages are available. */
export async function installMlx(): Promise<Installation> {
  if (existsSync(join(SUBJECTS_VENV, "bin", "python")))
    return { outcome: "present", detail: `already in ${SUBJECTS_VENV}` };
  await rm(SUBJECTS_VENV, { recursive: true, force: true });
  await mkdir(dirname(SUBJECTS_VENV), { recursive: true });
  try {
    // An environment names its own place in its scripts, so it is made there and removed when it fails.
    await installPython(SUBJECTS_VENV, { packages: MLX_PACKAGES });
    return { outcome: "installed", detail: `installed in ${SUBJECTS_VENV}` };
  } catch (error) {
    await rm(SUBJECTS_VENV, { recursive: true, force: true });
    return { outcome: "failed", detail: installFailure(error) };
  }
}
