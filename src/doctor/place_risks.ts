import { join } from "node:path";
import type { DiagnosisFinding, Environment, FileSystem } from "../../spec/mod.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { expandHome } from "../layout/expand_home.ts";
import { isInside } from "../migrate/migration_journal.ts";

/** Where macOS keeps the copies of the folders that it syncs, once the user has switched that on. */
const SYNCED = ["Documents", "Desktop"] as const;
const ICLOUD = "~/Library/Mobile Documents/com~apple~CloudDocs";

/**
 * Whether iCloud may take the data of a root away: its folder is one that macOS syncs, and the user has that switched on.
 *
 * @returns one finding, or none
 */
export async function icloudRisk(
  files: FileSystem,
  root: string,
  env: Environment,
): Promise<DiagnosisFinding[]> {
  const drive = expandHome(ICLOUD, env);
  if (drive.startsWith("~") || (await lstatIfThere(files, root)) === undefined) return [];
  const home = expandHome("~", env);
  // What a name that ends so holds is not synced, and the root may be a link to it.
  if (/\.nosync(?:\/|$)/.test(await files.realpath(root))) return [];
  let isSynced = isInside(drive, root);
  for (const folder of SYNCED) {
    const isThere = (await lstatIfThere(files, join(drive, folder))) !== undefined;
    isSynced ||= isThere && isInside(join(home, folder), root);
  }
  if (!isSynced) return [];
  const detail =
    "iCloud syncs this folder and may take the models' data off the disk: a name that ends in .nosync is left alone";
  const line = `mv ${quoted(root)} ${quoted(`${root}.nosync`)} && ln -s ${quoted(`${root}.nosync`)} ${quoted(root)}`;
  return [
    {
      cause: "icloud-root",
      level: "warning",
      directory: root,
      repository: undefined,
      detail,
      mend: { operation: "run", words: ["sh", "-c", line] },
    },
  ];
}

/** Whether the system may delete a directory when the disk is full, or with an update of its app. */
export function isPurgeable(directory: string): boolean {
  return /\/Library\/Caches\//.test(directory);
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
