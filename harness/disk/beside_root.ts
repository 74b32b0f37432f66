import { chmod, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Directories that the harness itself makes beside those of the scenario. */
export const WORLD_PLACES: ReadonlySet<string> = new Set(["Documents", "home", "tmp"]);

/** What lies beside the root, where only the scenario writes: a line for each place. */
export async function foreignWrites(top: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(top, { withFileTypes: true })) {
    const { name } = entry;
    if (name === "elsewhere") continue;
    // The subject may leave anything here: a file, a link, or a directory that nobody may read.
    const inner =
      WORLD_PLACES.has(name) && entry.isDirectory() ? await namesIn(join(top, name)) : undefined;
    if (inner === undefined) found.push(name);
    for (const each of inner ?? [])
      if (name !== "Documents" || each !== "Models") found.push(`${name}/${each}`);
  }
  return found;
}

/** The names in a directory of the world; undefined when the subject has closed it. */
async function namesIn(directory: string): Promise<string[] | undefined> {
  try {
    return await readdir(directory);
  } catch {
    return undefined;
  }
}

/** Longer paths are brought up, so that no path is too long for the system. */
const PATH_LENGTH_MAX = 1_000;

/** Removes a world's directory, also where its subject has closed directories in it, or made them deeper than a path may be. */
export async function removeWorld(base: string): Promise<void> {
  try {
    await rm(base, { recursive: true, force: true });
  } catch {
    await openAndFlatten(base);
    await rm(base, { recursive: true, force: true });
  }
}

async function openAndFlatten(base: string): Promise<void> {
  // What stays closed here is named by the removal that follows.
  const directories = [base];
  let count = 0;
  for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
    await chmod(at, 0o700).catch(() => {});
    for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isDirectory()) continue;
      const path = join(at, entry.name);
      const isDeep = path.length - base.length > PATH_LENGTH_MAX;
      const place = isDeep ? join(base, `deep-${count++}`) : path;
      if (isDeep) await rename(path, place);
      directories.push(place);
    }
  }
}
