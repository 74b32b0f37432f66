import { dirname, join } from "node:path";
import type { Environment, FileSystem, Random, RootConfig } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/directories.ts";
import { readSmallFile, writeSmallFile } from "../disk/small_file.ts";
import { ModelError } from "../errors.ts";
import { expandHome } from "../layout/expand_home.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";

const FORMAT = "mlx-layout-roots/1";

/** Where the roots that the user has added are written down: `MLX_LAYOUT_CONFIG`, else as other commands have it. */
function rootsPath(env: Environment): string | undefined {
  const own = env["MLX_LAYOUT_CONFIG"] || undefined;
  if (own !== undefined) return join(expandHome(own, env), "roots.json");
  const base = env["XDG_CONFIG_HOME"] || expandHome("~/.config", env);
  return base.startsWith("~") ? undefined : join(base, "mlx-layout", "roots.json");
}

/** Reads the roots that the user has added; none where there is no file, or none that can be used. */
export async function readRoots(
  files: FileSystem,
  env: Environment,
): Promise<readonly RootConfig[]> {
  const path = rootsPath(env);
  const text = path === undefined ? undefined : await readSmallFile(files, path);
  if (text === undefined) return [];
  try {
    const value: unknown = parseJsonText(text);
    const { format, roots } = value as Record<string, unknown>;
    if (format === FORMAT && Array.isArray(roots) && roots.every(isRoot)) return roots;
  } catch {
    // It is the user's own file, and is told as such below.
  }
  throw new ModelError(
    "invalid-argument",
    `Cannot read the roots in "${path}": it is not what "mlx-layout roots" writes; correct or remove it`,
  );
}

/** Writes the roots down. */
export async function writeRoots(
  host: { readonly files: FileSystem; readonly random: Random },
  env: Environment,
  roots: readonly RootConfig[],
): Promise<void> {
  const path = rootsPath(env);
  if (path === undefined) {
    throw new ModelError(
      "invalid-argument",
      "Cannot write down the roots: this user has no home directory; set MLX_LAYOUT_CONFIG",
    );
  }
  const { files, random } = host;
  const temporaryDirectory = dirname(path);
  await makeDirectories(files, temporaryDirectory);
  const text = `${JSON.stringify({ format: FORMAT, roots }, undefined, 1)}\n`;
  await writeSmallFile(files, path, { text, temporaryDirectory, random });
}

function isRoot(value: unknown): value is RootConfig {
  if (typeof value !== "object" || value === null) return false;
  const { root, isReadOnly, volume } = value as Record<string, unknown>;
  return (
    typeof root === "string" &&
    root.startsWith("/") &&
    ["boolean", "undefined"].includes(typeof isReadOnly) &&
    ["string", "undefined"].includes(typeof volume)
  );
}
