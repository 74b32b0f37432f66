import { join, resolve } from "node:path";
import {
  type Environment,
  type Layout,
  type ListedModel,
  type ShareRequest,
  type Store,
  type StoreName,
  STORES,
} from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";
import { HubEnvironment } from "../../hub/environment.ts";
import { expandHome } from "../../layout/expand_home.ts";
import { rootOf } from "../../layout/root_of.ts";
import type { StoreDirectory } from "../../places/store_directories.ts";
import { storesOf } from "../../places/survey_models.ts";
import type { CommandContext } from "../command_context.ts";

/** Where a store has models, and how. */
export type SharePlace = Pick<ShareRequest, "into" | "layout" | "naming">;

/**
 * The directory that a store's name, or a path, means, and how models lie there.
 *
 * @param name a name of the table of stores, or a directory
 * @throws {ModelError} `invalid-argument` for a directory of which nothing says how models lie in it, `unsupported` for a store that
 * keeps models in a form that MLX cannot open, `not-downloaded` for one that is not on this machine
 */
export async function sharePlace(
  name: string,
  layout: Layout | undefined,
  context: CommandContext,
): Promise<SharePlace> {
  const { env, host, root } = context;
  const stores = await storesOf(host.files, { root, env });
  if (isStoreName(name)) {
    const here = stores.find((one) => one.name === name)?.root ?? defaultRoot(name, context);
    if (here !== undefined) return placeOf(name, here, layout);
    const { into, layout: own } = placeOf(name, usualDirectory(name), layout);
    throw new ModelError(
      "not-downloaded",
      `Cannot share with "${name}": none of its directories is on this machine; name one, as in --with '${into}' --layout ${own}`,
    );
  }
  const into = resolve(expandHome(name, env));
  const known = (await storeAt(stores, into, context))?.name ?? storeUsuallyAt(into, env);
  if (known !== undefined) return placeOf(known, into, layout);
  if (layout !== undefined) return { into, layout };
  throw new ModelError(
    "invalid-argument",
    `Cannot share with "${into}": it is the directory of no known store (${Object.keys(STORES).join(", ")}); say how models lie there with --layout`,
  );
}

/**
 * Finds a copy of a repository in a store, or in a directory.
 *
 * @param name a name of the table of stores, the directory of a store, or that of the copy; undefined: any copy that is not below the
 * root
 * @returns the copy's directory
 * @throws {ModelError} `not-downloaded`
 */
export async function copyAt(
  repository: string,
  name: string | undefined,
  context: CommandContext,
): Promise<string> {
  const listed = await context.manager.list();
  const copies = listed.filter((one) => one.repository === repository);
  const directory = name === undefined ? undefined : resolve(expandHome(name, context.env));
  const isThere = (one: ListedModel) =>
    name === undefined ? rootOf(one) !== context.root : one.store === name;
  const found = copies.filter((one) =>
    directory !== undefined && (one.directory === directory || rootOf(one) === directory)
      ? true
      : isThere(one),
  );
  const best = found.find(({ state }) => state === "complete") ?? found[0];
  if (best !== undefined) return best.directory;
  // What lies in no known place is known by its path alone.
  if (directory !== undefined && !isStoreName(name ?? "")) return directory;
  const where = name === undefined ? "any other place" : `"${name}"`;
  throw new ModelError(
    "not-downloaded",
    `Cannot find a copy of "${repository}" in ${where}; "mlx-layout list --long" shows those that there are`,
  );
}

function isStoreName(name: string): name is StoreName {
  return Object.hasOwn(STORES, name);
}

/** The first directory that needs no variable, as the table has it. */
function usualDirectory(name: StoreName): string {
  const directories: readonly string[] = STORES[name].directories;
  return directories.find((one) => one.startsWith("~") && !one.includes("*")) ?? "~/Models";
}

/** The store whose directory this would be, if it were there. */
function storeUsuallyAt(into: string, env: Environment): StoreName | undefined {
  const names = Object.keys(STORES).filter(isStoreName);
  return names.find((name) =>
    STORES[name].directories.some(
      (one: string) => !/[$*]/.test(one) && resolve(expandHome(one, env)) === into,
    ),
  );
}

/** The hub's own client makes its cache where it is missing, and so may we. */
function defaultRoot(name: StoreName, { env }: CommandContext): string | undefined {
  if (name !== "hub-cache") return undefined;
  const { cacheDirectory, home } = new HubEnvironment(env);
  return cacheDirectory ?? (home && join(home, "hub"));
}

function placeOf(name: StoreName, into: string, layout: Layout | undefined): SharePlace {
  const { layouts, naming, title }: Store = STORES[name];
  const [own] = layouts;
  if (own === undefined) {
    throw new ModelError(
      "unsupported",
      `Cannot share with "${name}": ${title} keeps models in a form of its own, which is not made of a model's files`,
    );
  }
  const chosen = layout ?? own;
  if (!layouts.includes(chosen)) {
    throw new ModelError(
      "invalid-argument",
      `Cannot share with "${name}" in layout "${chosen}": ${title} has ${layouts.join(" or ")}`,
    );
  }
  return { into, layout: chosen, ...(naming && { naming }) };
}

async function storeAt(
  stores: readonly StoreDirectory[],
  directory: string,
  { host }: CommandContext,
): Promise<StoreDirectory | undefined> {
  const real = async (path: string) => {
    try {
      return await host.files.realpath(path);
    } catch {
      // What is not there yet is compared by its name.
      return path;
    }
  };
  const wanted = await real(directory);
  for (const one of stores) if ((await real(one.root)) === wanted) return one;
  return undefined;
}
