import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A runtime of JavaScript besides the Node that runs the tests. */
export interface Runtime {
  readonly name: "bun" | "deno";
  /** The command that runs a module, without the module. */
  readonly command: readonly string[];
}

const require = createRequire(import.meta.url);

/**
 * Finds a runtime that npm has installed. What its package would fetch or link when it is installed is not needed: the
 * program lies in a package of its own for each platform, which npm picks.
 *
 * @returns undefined where npm has installed none for this platform
 */
export function findRuntime(name: Runtime["name"]): Runtime | undefined {
  const file = name === "bun" ? "bin/bun" : "deno";
  const platform = `${process.platform}-${process.arch === "arm64" && name === "bun" ? "aarch64" : process.arch}`;
  const scope = name === "bun" ? "@oven/bun-" : "@deno/";
  for (const ending of ["", "-glibc", "-musl"]) {
    const directory = packageBeside(name, `${scope}${platform}${ending}`);
    const program =
      directory && join(directory, `${file}${process.platform === "win32" ? ".exe" : ""}`);
    if (program && existsSync(program))
      return { name, command: name === "bun" ? [program] : [program, "run", "--allow-all"] };
  }
  return undefined;
}

function packageBeside(name: string, platformPackage: string): string | undefined {
  try {
    const own = createRequire(require.resolve(`${name}/package.json`));
    return dirname(own.resolve(`${platformPackage}/package.json`));
  } catch {
    return undefined;
  }
}
