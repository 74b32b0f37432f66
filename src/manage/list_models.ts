import { parseJsonText } from "../limits/parse_json_text.ts";
import { dirname, join, relative } from "node:path";
import {
  type FileStat,
  type FileSystem,
  fnmatch,
  LAYOUTS,
  type ListedModel,
  REQUIRED_PARTS,
  type SubjectConfig,
} from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, namesIn, walk } from "../disk/walk.ts";
import { DEFAULT_LAYOUT } from "../layout/layouts/mod.ts";
import { modelDirectory } from "../layout/model_directory.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { fillTemplate } from "../layout/path_template.ts";
import { isRepositoryId } from "../layout/repository_id.ts";
import { readMarker } from "../records/marker.ts";
import { findModels, type FoundModel } from "./find_models.ts";
import { readableFiles } from "./readable_files.ts";
import { modelStatus } from "./model_status.ts";

/** How the ids of the organization begin whose repositories are all for MLX. */
const MLX_SOURCE = "mlx-community/";

/** Options of {@linkcode listModels}. */
export interface ListModelsOptions {
  /** Repositories of model ids that the app chose itself, such as `smollm-135m`. */
  readonly repositories: Readonly<Record<string, string>>;
  /** Called with each directory that may not be read, and so is left out: `MANAGE-UNREADABLE`. */
  readonly onUnreadable?: ((directory: string) => void) | undefined;
}

/**
 * Describes every model of every layout, each once: `MANAGE-BOTH`, `LAYOUT-FLAT`.
 *
 * @returns the models, by directory
 */
export async function listModels(
  files: FileSystem,
  config: SubjectConfig,
  options: ListModelsOptions,
): Promise<ListedModel[]> {
  const models: ListedModel[] = [];
  const unreadable = new Set<string>();
  const { root } = config;
  const readable = readableFiles(files, { root, onUnreadable: (path) => unreadable.add(path) });
  for (const found of await distinct(readable, await findModels(readable, config)))
    models.push(await describe(readable, found, { ...options, root }));
  for (const path of unreadable) if (isTopmost(path, unreadable)) options.onUnreadable?.(path);
  return models.toSorted((one, two) => (one.directory < two.directory ? -1 : 1));
}

/** A directory that links lead to as well is one model, and its own place names it. */
async function distinct(
  files: FileSystem,
  found: readonly FoundModel[],
): Promise<readonly FoundModel[]> {
  const byPlace = new Map<string, FoundModel>();
  for (const model of found) {
    const { root, directory } = model.place;
    const realRoot =
      (await lstatIfThere(files, root)) === undefined ? root : await files.realpath(root);
    const real = await files.realpath(directory);
    const isItsOwn = real === join(realRoot, relative(root, directory));
    if (isItsOwn || !byPlace.has(real)) byPlace.set(real, model);
  }
  return [...byPlace.values()];
}

/** What lies in a directory that may not be read is not named besides. */
function isTopmost(path: string, all: ReadonlySet<string>): boolean {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) if (all.has(at)) return false;
  return true;
}

async function describe(
  files: FileSystem,
  found: FoundModel,
  context: ListModelsOptions & { readonly root: string },
): Promise<ListedModel> {
  const { place, layout, modelId } = found;
  const { directory } = place;
  const marker = await readMarker(files, directory);
  const stated = marker?.commit === "" ? undefined : marker?.source;
  const repository = found.isNamedByApp
    ? (stated ??
      found.repository ??
      context.repositories[modelId] ??
      (await readOrigin(files, directory)))
    : found.repository;
  const { state } = await modelStatus(files, {
    place,
    source: undefined,
    revision: undefined,
    hash: "touched",
  });
  // What was downloaded as a plain repository belongs where it is: `DL-OTHER-WAY`.
  const isOther = marker !== undefined && !marker.source.startsWith(MLX_SOURCE);
  const misplaced =
    layout.isReadByMlx || isOther
      ? undefined
      : await mlxDirectory(files, directory, { root: context.root, repository });
  const sizeBytes = await sizeOf(files, place);
  return { directory, layout: layout.name, repository, modelId, state, misplaced, sizeBytes };
}

/** Where MLX would look for a model that lies where it does not: the bug that this project began with. */
async function mlxDirectory(
  files: FileSystem,
  directory: string,
  where: { readonly root: string; readonly repository: string | undefined },
): Promise<string | undefined> {
  const { root, repository } = where;
  const names = await namesIn(files, directory);
  const isWeight = (name: string) => REQUIRED_PARTS.weights.some((sign) => fnmatch(sign, name));
  if (!names.some(isWeight)) return undefined;
  return repository === undefined
    ? fillTemplate(LAYOUTS[DEFAULT_LAYOUT], root, { org: "<org>", name: "<name>" })
    : modelDirectory(root, repository, { layout: DEFAULT_LAYOUT });
}

/** Converters write the repository that a model came from into its configuration. */
async function readOrigin(files: FileSystem, directory: string): Promise<string | undefined> {
  const text = await readSmallFile(files, join(directory, "config.json"));
  try {
    const config: unknown = parseJsonText(text ?? "");
    if (typeof config !== "object" || config === null || !("_name_or_path" in config))
      return undefined;
    const origin = config._name_or_path;
    return typeof origin === "string" && isRepositoryId(origin) ? origin : undefined;
  } catch {
    // What is wrong with the configuration is a matter for the check; here it only names nothing.
    return undefined;
  }
}

async function fileIfThere(files: FileSystem, path: string): Promise<FileStat | undefined> {
  try {
    const stat = await files.stat(path);
    return stat.kind === "file" ? stat : undefined;
  } catch {
    // A link that leads nowhere holds nothing; reporting it is a matter for the check.
    return undefined;
  }
}

async function sizeOf(files: FileSystem, { directory, cache }: ModelPlace): Promise<number> {
  let sizeBytes = 0;
  for await (const { path, stat } of walk(files, directory)) {
    if (stat.kind === "file") sizeBytes += stat.sizeBytes;
    if (stat.kind === "link" && cache !== undefined)
      sizeBytes += (await fileIfThere(files, join(directory, path)))?.sizeBytes ?? 0;
  }
  return sizeBytes;
}
