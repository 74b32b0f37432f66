import { join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../spec/mod.ts";
import { lstatIfThere, walk } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { placeAt } from "../layout/model_place.ts";
import { assertMovable } from "./movable_path.ts";

/** One file that a migration moves. */
export interface MigratedFile {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** What a migration would move, and what it would leave. */
export interface MigrationFiles {
  /** In the order in which they come: `config.json` behind all others, the marker last. */
  readonly files: readonly MigratedFile[];
  /** Files of other tools, which stay. */
  readonly leftBehind: readonly string[];
}

/** Comes last, so that no reader is misled by half a model: `DL-CONFIG-LAST`, `MARK-LAST`. */
const LAST_IN: readonly string[] = ["config.json", MARKER_NAME];

/**
 * Says which files of a directory are moved: `MIGRATE-PLAN`, `LAYOUT-FOREIGN`.
 *
 * @throws {ModelError} `access-denied` when one of them is there already or is neither a file nor a link to one,
 * `unsafe-path` for a name that no layout takes
 */
export async function planFiles(
  disk: FileSystem,
  options: { readonly from: string; readonly to: string },
): Promise<MigrationFiles> {
  const { from, to } = options;
  const files: MigratedFile[] = [];
  const leftBehind: string[] = [];
  const locks = `${relativeTo(from, placeAt(from, from).staging.locks)}/`;
  for await (const { path, stat } of walk(disk, from)) {
    if (stat.kind === "directory" || path.startsWith(locks)) continue;
    if (isForeign(path)) {
      leftBehind.push(path);
      continue;
    }
    assertMovable(path);
    files.push({ path, sizeBytes: await sizeOf(disk, join(from, path)) });
    if ((await lstatIfThere(disk, join(to, path))) !== undefined) {
      throw new ModelError(
        "access-denied",
        `Cannot move "${path}" from "${from}" to "${to}": it is there already; remove one of the two models`,
        { file: path },
      );
    }
  }
  files.sort((one, two) => LAST_IN.indexOf(one.path) - LAST_IN.indexOf(two.path));
  return { files, leftBehind };
}

function relativeTo(from: string, path: string): string {
  return path.slice(from.length + 1).replaceAll("\\", "/");
}

/** What the system or another tool keeps beside the files: hidden, and of no client of the hub. */
function isForeign(path: string): boolean {
  if (path === MARKER_NAME || path.startsWith(".cache/")) return false;
  return path.split("/").some((name) => name.startsWith("."));
}

async function sizeOf(disk: FileSystem, path: string): Promise<number> {
  const refuse = (why: string, cause?: unknown) =>
    new ModelError("access-denied", `Cannot move "${path}": it is ${why}; remove it first`, {
      file: path,
      cause,
    });
  let stat;
  try {
    stat = await disk.stat(path);
  } catch (error) {
    throw refuse("a link that leads nowhere", error);
  }
  if (stat.kind !== "file") throw refuse("not a regular file");
  return stat.sizeBytes;
}
