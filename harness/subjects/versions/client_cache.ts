import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where clients are installed by version: a directory of the user's caches, never the project. `MLX_CONFORM_CACHE` names
 * another.
 *
 * @example
 * ```ts
 * import { clientCache } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(clientCache({ XDG_CACHE_HOME: "/caches" }, "linux"), "/caches/mlx-conform/clients");
 * ```
 */
export function clientCache(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  const own = env["MLX_CONFORM_CACHE"];
  if (own !== undefined && own !== "") return join(own, "clients");
  const xdg = env["XDG_CACHE_HOME"];
  const ofUser = platform === "darwin" ? join("Library", "Caches") : ".cache";
  const caches = xdg === undefined || xdg === "" ? join(homedir(), ofUser) : xdg;
  return join(caches, "mlx-conform", "clients");
}
