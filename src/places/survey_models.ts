import { dirname, join, relative } from "node:path";
import {
  type FileSystem,
  fnmatch,
  type ListedModel,
  MARKER_NAME,
  REQUIRED_PARTS,
  type StoreName,
  type SubjectConfig,
} from "../../spec/mod.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { layoutDefinition, layoutDefinitions } from "../layout/layouts/mod.ts";
import { describeModel, type PlacedModel } from "./describe_model.ts";
import { findModels } from "./find_models.ts";
import type { CountedData } from "./measure_model.ts";
import { readableFiles } from "./readable_files.ts";
import { whyAway } from "./root_volume.ts";
import { type StoreDirectory, storeDirectories } from "./store_directories.ts";

/** Options of {@linkcode surveyModels}. */
export interface SurveyOptions {
  /** Repositories of model ids that the app chose itself, such as `smollm-135m`. */
  readonly repositories: Readonly<Record<string, string>>;
  /** The stores to look in, from {@linkcode storeDirectories}. */
  readonly stores: readonly StoreDirectory[];
  /** Called with each directory that may not be read, and so is left out: `MANAGE-UNREADABLE`. */
  readonly onUnreadable?: ((directory: string) => void) | undefined;
}

/** A store whose models MLX cannot open. */
export interface ClosedStore {
  /** By which it is named in a list. */
  readonly name: StoreName;
  /** Whose it is. */
  readonly title: string;
  /** Where it is. */
  readonly directory: string;
  /** How many models it has. */
  readonly models: number;
}

/** What there is of models on a machine. */
export interface Survey {
  /** Every copy, by directory. */
  readonly models: readonly ListedModel[];
  /** Bytes that all of them take on their volumes; data that several share counts once. */
  readonly diskBytes: number;
  /** Stores of tools that keep models in a form of their own. */
  readonly closed: readonly ClosedStore[];
  /** Roots of which nothing is known now, and why: `PLACE-AWAY`. */
  readonly away: readonly { readonly root: string; readonly why: string }[];
}

/** In a cache many repositories have nothing but a configuration: it is weights that make a model. */
const STORE_SIGNS: readonly string[] = [
  MARKER_NAME,
  ...REQUIRED_PARTS.weights,
  "*.safetensors.index.json",
  "*.npz",
];

/** The stores that a look at everything reads, with what may not be read left out. */
export async function storesOf(
  files: FileSystem,
  config: SubjectConfig,
  onUnreadable?: (directory: string) => void,
): Promise<StoreDirectory[]> {
  const { root, env } = config;
  const unreadable = new Set<string>();
  const readable = readableFiles(files, { root, onUnreadable: (path) => unreadable.add(path) });
  const stores = await storeDirectories(readable, env);
  for (const path of unreadable) onUnreadable?.(path);
  return stores;
}

/**
 * Describes every model of every layout, below the root and in the stores, each copy once: `MANAGE-BOTH`, `LAYOUT-FLAT`,
 * `PLACE-FOUND`. It opens no weights and writes nothing: `PLACE-NO-WRITE`.
 */
export async function surveyModels(
  files: FileSystem,
  config: SubjectConfig,
  options: SurveyOptions,
): Promise<Survey> {
  const { root } = config;
  const { stores, repositories } = options;
  const unreadable = new Set<string>();
  const readable = readableFiles(files, { root, onUnreadable: (path) => unreadable.add(path) });
  const counted: CountedData = new Map();
  const models: ListedModel[] = [];
  const { here, away } = await presentRoots(readable, config);
  const found = await findEverywhere(readable, config, { stores, roots: here });
  for (const model of await distinct(readable, found))
    models.push(await describeModel(readable, model, { repositories, counted }));
  const closed = await closedStores(readable, stores);
  for (const path of unreadable) if (isTopmost(path, unreadable)) options.onUnreadable?.(path);
  models.sort((one, two) => (one.directory < two.directory ? -1 : 1));
  const diskBytes = [...counted.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { models, diskBytes, closed, away };
}

async function findEverywhere(
  files: FileSystem,
  config: SubjectConfig,
  {
    stores,
    roots,
  }: { readonly stores: readonly StoreDirectory[]; readonly roots: readonly string[] },
): Promise<PlacedModel[]> {
  const own = roots.includes(config.root)
    ? layoutDefinitions.map((layout) => ({ layout, root: layout.rootOf(config) }))
    : [];
  const cache = stores.find(({ name }) => name === "hub-cache");
  const found: PlacedModel[] = [];
  for (const model of await findModels(files, own)) {
    const isCached = model.place.root !== config.root;
    found.push({ ...model, at: isCached && cache !== undefined ? cache : undefined });
  }
  for (const root of roots) {
    const layouts = layoutDefinitions.map((layout) => ({ layout, root }));
    if (root !== config.root)
      for (const model of await findModels(files, layouts)) found.push({ ...model, at: undefined });
  }
  for (const at of stores) {
    const { root, store } = at;
    const layouts = store.layouts.map((name) => ({
      layout: layoutDefinition(name),
      root,
      signs: STORE_SIGNS,
    }));
    for (const model of await findModels(files, layouts)) found.push({ ...model, at });
  }
  return found;
}

/** The roots that are there; of the others nothing is known. */
async function presentRoots(
  files: FileSystem,
  config: SubjectConfig,
): Promise<{ readonly here: readonly string[]; readonly away: Survey["away"] }> {
  const here: string[] = [];
  const away: { readonly root: string; readonly why: string }[] = [];
  for (const one of [config, ...(config.roots ?? [])]) {
    const why = await whyAway(files, { ...one, env: config.env });
    if (why === undefined) here.push(one.root);
    else away.push({ root: one.root, why });
  }
  return { here, away };
}

/** A directory that links lead to as well is one model, and its own place names it; the root goes before the stores. */
async function distinct(
  files: FileSystem,
  found: readonly PlacedModel[],
): Promise<readonly PlacedModel[]> {
  const byPlace = new Map<string, PlacedModel>();
  const realRoots = new Map<string, string>();
  for (const model of found) {
    const { root, directory } = model.place;
    const real = await files.realpath(directory);
    const earlier = byPlace.get(real);
    if (earlier !== undefined && earlier.at !== model.at) continue;
    const realRoot = realRoots.get(root) ?? (await realRootOf(files, root));
    realRoots.set(root, realRoot);
    const isItsOwn = real === join(realRoot, relative(root, directory));
    if (isItsOwn || earlier === undefined) byPlace.set(real, model);
  }
  return [...byPlace.values()];
}

async function realRootOf(files: FileSystem, root: string): Promise<string> {
  return (await lstatIfThere(files, root)) === undefined ? root : await files.realpath(root);
}

/** What lies in a directory that may not be read is not named besides. */
function isTopmost(path: string, all: ReadonlySet<string>): boolean {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) if (all.has(at)) return false;
  return true;
}

async function closedStores(
  files: FileSystem,
  stores: readonly StoreDirectory[],
): Promise<ClosedStore[]> {
  const closed: ClosedStore[] = [];
  for (const { name, store, root } of stores) {
    if (store.units === undefined) continue;
    const models = await countUnits(files, root, store.units);
    if (models > 0) closed.push({ name, title: store.title, directory: root, models });
  }
  return closed;
}

async function countUnits(files: FileSystem, root: string, units: string): Promise<number> {
  let directories = [root];
  for (const part of units.split("/")) {
    const next: string[] = [];
    for (const directory of directories)
      for (const name of await namesIn(files, directory))
        if (!name.startsWith(".") && fnmatch(part, name)) next.push(join(directory, name));
    directories = next;
  }
  return directories.length;
}
