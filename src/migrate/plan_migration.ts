import { join } from "node:path";
import { type FileSystem, fnmatch, MARKER_NAME } from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { lstatIfThere, namesIn, walk } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { MODEL_SIGNS } from "../layout/layout_definition.ts";
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
 * `unsafe-path` for a name that no layout takes, `not-downloaded` when it holds no model
 */
export async function planFiles(
  disk: FileSystem,
  options: { readonly from: string; readonly to: string },
): Promise<MigrationFiles> {
  const { from, to } = options;
  await assertModel(disk, from);
  const files: MigratedFile[] = [];
  const leftBehind: string[] = [];
  const { locks, work } = placeAt(from, from).staging;
  const claims = [locks, work].map((directory) => `${relativeTo(from, directory)}/`);
  for await (const { path, stat } of walk(disk, from)) {
    if (stat.kind === "directory" || claims.some((place) => path.startsWith(place))) continue;
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

/** What shows that a directory holds a model of any kind; only links and files count. */
const SIGNS: readonly string[] = [
  ...MODEL_SIGNS,
  "*.safetensors.index.json",
  "model_index.json",
  "adapter_config.json",
  "*.npz",
];

/**
 * Refuses a directory that holds no model: `MIGRATE-MODEL`.
 *
 * @throws {ModelError} `not-downloaded`
 */
async function assertModel(disk: FileSystem, from: string): Promise<void> {
  const names = await namesIn(disk, from);
  if (names.some((name) => !name.startsWith("._") && SIGNS.some((sign) => fnmatch(sign, name))))
    return;
  // What another downloader left of one has its state beside nothing else; there is nothing to move then.
  if (names.every((name) => name.startsWith("."))) return;
  throw new ModelError(
    "not-downloaded",
    `Cannot move "${from}": it holds no model, neither a configuration nor weights; name the model's own directory`,
  );
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
    const isOut = errnoOf(error) === "ELOOP";
    throw refuse(isOut ? "a link that leads out of the root" : "a link that leads nowhere", error);
  }
  if (stat.kind !== "file") throw refuse("not a regular file");
  return stat.sizeBytes;
}
