import { chmod, readdir, rm } from "node:fs/promises";
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

/** Removes a world's directory, also where its subject has closed directories in it. */
export async function removeWorld(base: string): Promise<void> {
  try {
    await rm(base, { recursive: true, force: true });
  } catch {
    for (const entry of await readdir(base, { withFileTypes: true, recursive: true }).catch(
      () => [],
    ))
      if (entry.isDirectory())
        await chmod(join(entry.parentPath, entry.name), 0o700).catch(() => {});
    await rm(base, { recursive: true, force: true });
  }
}
