import { join, relative } from "node:path";
import {
  type FileStat,
  type FileSystem,
  fnmatch,
  type Layout,
  type ListedModel,
  MARKER_NAME,
  REQUIRED_PARTS,
} from "../../spec/mod.ts";
import { readPlan } from "../records/download_intent.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, namesIn, walk } from "../disk/walk.ts";
import { modelDirectory } from "../layout/model_directory.ts";
import { modelIdOf, repositoryOf } from "../layout/model_id.ts";
import { hubCachePlace, hubCachePlaceOf, repositoryOfCacheName } from "../layout/hub_cache.ts";
import { parseRepositoryId } from "../layout/repository_id.ts";
import { readMarker } from "../records/marker.ts";
import { modelStatus } from "./model_status.ts";

/** Where MLX's own layout begins under a root. */
const MODELS = "models";

/** How the ids of the organization begin whose repositories are all for MLX. */
const MLX_SOURCE = "mlx-community/";

/** Options of {@linkcode listModels}. */
export interface ListModelsOptions {
  /** Root of layout `hf-cache`. */
  readonly cacheRoot: string;
  /** Repositories of model ids that the app chose itself, such as `smollm-135m`. */
  readonly repositories: Readonly<Record<string, string>>;
}

interface Candidate {
  readonly directory: string;
  readonly layout: Layout;
  /** What the place itself says. */
  readonly repository: string | undefined;
  readonly name: string;
}

/**
 * Finds every model under a root, of the flat and of the MLX layouts, each once: `MANAGE-BOTH`, `LAYOUT-FLAT`.
 *
 * @returns the models, by directory
 */
export async function listModels(
  files: FileSystem,
  root: string,
  options: ListModelsOptions,
): Promise<ListedModel[]> {
  const models: ListedModel[] = [];
  const found: Candidate[] = [];
  const all = [...(await candidates(files, root)), ...(await snapshots(files, options.cacheRoot))];
  for (const candidate of all)
    if (await holdsModel(files, candidate.directory)) found.push(candidate);
  for (const candidate of await distinct(files, root, found))
    models.push(await describe(files, root, { ...options, candidate }));
  return models.toSorted((one, two) => (one.directory < two.directory ? -1 : 1));
}

/** A directory that links lead to as well is one model, and its own place names it. */
async function distinct(
  files: FileSystem,
  root: string,
  found: readonly Candidate[],
): Promise<Candidate[]> {
  if (found.length === 0) return [];
  const realRoot =
    (await lstatIfThere(files, root)) === undefined ? root : await files.realpath(root);
  const byPlace = new Map<string, Candidate>();
  for (const candidate of found) {
    const place = await files.realpath(candidate.directory);
    const isItsOwn = place === join(realRoot, relative(root, candidate.directory));
    if (isItsOwn || !byPlace.has(place)) byPlace.set(place, candidate);
  }
  return [...byPlace.values()];
}

async function candidates(files: FileSystem, root: string): Promise<Candidate[]> {
  const found: Candidate[] = await children(files, join(root, MODELS), "hubapi");
  for (const name of await directoriesIn(files, root)) {
    if (name === MODELS || repositoryOfCacheName(name) !== undefined) continue;
    const directory = join(root, name);
    // A directory that holds a model itself is one of the flat layout, and no organization.
    if (await holdsModel(files, directory)) {
      found.push({ directory, layout: "flat", repository: repositoryOf(name), name });
    } else {
      found.push(...(await namedModels(files, directory, { org: name, layout: "lmstudio" })));
    }
  }
  return found;
}

/** Every snapshot of a hub cache: `MANAGE-HFCACHE`. */
async function snapshots(files: FileSystem, cacheRoot: string): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const cacheName of await directoriesIn(files, cacheRoot)) {
    const repository = asRepository(repositoryOfCacheName(cacheName) ?? "");
    if (repository === undefined) continue;
    const place = hubCachePlace(cacheRoot, repository);
    for (const commit of await directoriesIn(files, place.snapshots)) {
      const directory = join(place.snapshots, commit);
      // Some clients name a snapshot `main`; that is none that a ref could lead to.
      if (hubCachePlaceOf(directory) === undefined) continue;
      found.push({ directory, layout: "hf-cache", repository, name: modelIdOf(repository) });
    }
  }
  return found;
}

async function children(
  files: FileSystem,
  directory: string,
  layout: Layout,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const org of await directoriesIn(files, directory)) {
    found.push(...(await namedModels(files, join(directory, org), { org, layout })));
  }
  return found;
}

async function namedModels(
  files: FileSystem,
  directory: string,
  options: { readonly org: string; readonly layout: Layout },
): Promise<Candidate[]> {
  const { org, layout } = options;
  const names = await directoriesIn(files, directory);
  return names.map((name) => ({
    directory: join(directory, name),
    layout,
    repository: asRepository(`${org}/${name}`),
    name,
  }));
}

function asRepository(repository: string): string | undefined {
  try {
    parseRepositoryId(repository);
    return repository;
  } catch {
    // A directory of another name than any repository has.
    return undefined;
  }
}

async function directoriesIn(files: FileSystem, directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await namesIn(files, directory)) {
    if (name.startsWith(".")) continue;
    const kind = (await lstatIfThere(files, join(directory, name)))?.kind;
    if (
      kind === "directory" ||
      (kind === "link" && (await leadsToDirectory(files, join(directory, name))))
    )
      names.push(name);
  }
  return names;
}

async function leadsToDirectory(files: FileSystem, path: string): Promise<boolean> {
  try {
    return (await files.stat(path)).kind === "directory";
  } catch {
    // A link that leads nowhere is no model.
    return false;
  }
}

/** Anything that a download leaves, ours or another's: a marker, a plan, a configuration or weights. */
async function holdsModel(files: FileSystem, directory: string): Promise<boolean> {
  const names = await namesIn(files, directory);
  const signs = [MARKER_NAME, ...REQUIRED_PARTS.config, ...REQUIRED_PARTS.weights];
  if (names.some((name) => !name.startsWith("._") && signs.some((sign) => fnmatch(sign, name))))
    return true;
  return (await readPlan(files, directory)) !== undefined;
}

async function describe(
  files: FileSystem,
  root: string,
  context: ListModelsOptions & { readonly candidate: Candidate },
): Promise<ListedModel> {
  const { candidate, repositories } = context;
  const { directory, layout, name } = candidate;
  const marker = await readMarker(files, directory);
  const stated = marker?.commit === "" ? undefined : marker?.source;
  const repository =
    layout === "flat"
      ? (stated ??
        candidate.repository ??
        repositories[name] ??
        (await readOrigin(files, directory)))
      : candidate.repository;
  const { state } = await modelStatus(files, {
    directory,
    source: undefined,
    revision: undefined,
    hash: "touched",
  });
  return {
    directory,
    layout,
    repository,
    modelId: layout === "flat" ? name : repository === undefined ? name : modelIdOf(repository),
    state,
    misplaced: await mlxPlace(files, root, {
      layout,
      repository,
      directory,
      // What was downloaded the other way belongs where it is: `DL-OTHER-WAY`.
      isOther: marker !== undefined && !marker.source.startsWith(MLX_SOURCE),
    }),
    sizeBytes: await sizeOf(files, directory),
  };
}

/** Where MLX would look for a flat directory that holds an MLX model: the bug that this project began with. */
async function mlxPlace(
  files: FileSystem,
  root: string,
  model: {
    readonly layout: Layout;
    readonly repository: string | undefined;
    readonly directory: string;
    readonly isOther: boolean;
  },
): Promise<string | undefined> {
  if (model.layout !== "flat" || model.isOther) return undefined;
  const names = await namesIn(files, model.directory);
  if (!names.some((name) => fnmatch("*.safetensors", name))) return undefined;
  if (model.repository === undefined) return join(root, MODELS, "<org>", "<name>");
  return modelDirectory(root, model.repository, { layout: "hubapi" });
}

/** Converters write the repository that a model came from into its configuration. */
async function readOrigin(files: FileSystem, directory: string): Promise<string | undefined> {
  const text = await readSmallFile(files, join(directory, "config.json"));
  try {
    const config: unknown = JSON.parse(text ?? "");
    if (typeof config !== "object" || config === null || !("_name_or_path" in config))
      return undefined;
    return typeof config._name_or_path === "string"
      ? asRepository(config._name_or_path)
      : undefined;
  } catch {
    // What is wrong with the configuration is the examination's business; here it only names nothing.
    return undefined;
  }
}

async function fileIfThere(files: FileSystem, path: string): Promise<FileStat | undefined> {
  try {
    const stat = await files.stat(path);
    return stat.kind === "file" ? stat : undefined;
  } catch {
    // A link that leads nowhere holds nothing; that it does is the examination's business.
    return undefined;
  }
}

async function sizeOf(files: FileSystem, directory: string): Promise<number> {
  let sizeBytes = 0;
  const isSnapshot = hubCachePlaceOf(directory) !== undefined;
  for await (const { path, stat } of walk(files, directory)) {
    if (stat.kind === "file") sizeBytes += stat.sizeBytes;
    if (stat.kind === "link" && isSnapshot)
      sizeBytes += (await fileIfThere(files, join(directory, path)))?.sizeBytes ?? 0;
  }
  return sizeBytes;
}
