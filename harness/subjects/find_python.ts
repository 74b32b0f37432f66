import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the repository, or of the package. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The directory of the private Python environment that `npm run subjects` makes. */
export const SUBJECTS_VENV = join(ROOT, ".subjects", "venv");

/**
 * Finds a Python that has mlx and mlx-lm: the one that `MLX_LAYOUT_PYTHON` names, else the private one of
 * `npm run subjects`.
 *
 * @returns its path, or undefined when there is neither; a test then says so and is skipped
 */
export function findPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env["MLX_LAYOUT_PYTHON"];
  if (named !== undefined && named !== "") return named;
  const own = join(SUBJECTS_VENV, "bin", "python");
  return existsSync(own) ? own : undefined;
}
