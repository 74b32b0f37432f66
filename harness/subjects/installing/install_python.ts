import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Makes a private environment in a directory and installs packages into it.
 *
 * @throws {Error} when there is no Python, or a package is not available
 */
export async function installPython(
  directory: string,
  options: { readonly packages: readonly string[] },
): Promise<void> {
  await run("python3", ["-m", "venv", directory]);
  await run(join(directory, "bin", "python"), [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    ...options.packages,
  ]);
}
