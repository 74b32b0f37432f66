import { join } from "node:path";
import type { Environment } from "../../spec/mod.ts";

/** Replaces a leading `~`; `~name` is left as it is. */
export function expandHome(path: string, env: Environment): string {
  const home = env["HOME"] || env["USERPROFILE"];
  if (home === undefined || home === "") return path;
  if (path === "~") return home;
  return path.startsWith("~/") || path.startsWith("~\\") ? join(home, path.slice(2)) : path;
}
