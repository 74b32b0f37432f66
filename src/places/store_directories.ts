import { delimiter, join } from "node:path";
import {
  type Environment,
  type FileSystem,
  type Store,
  type StoreName,
  STORES,
} from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { namesIn } from "../disk/walk.ts";
import { expandPath } from "../hub/environment.ts";
import { expandHome } from "../layout/expand_home.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";

/** A directory of a store that is there. */
export interface StoreDirectory {
  readonly name: StoreName;
  readonly store: Store;
  /** Absolute path. */
  readonly root: string;
}

/**
 * The directories of all known stores that are there, in the order of {@linkcode STORES}: `PLACE-FOUND`.
 *
 * @param files a disk on which what may not be read is absent
 */
export async function storeDirectories(
  files: FileSystem,
  env: Environment,
): Promise<StoreDirectory[]> {
  const found: StoreDirectory[] = [];
  for (const [name, store] of Object.entries(STORES) as [StoreName, Store][]) {
    const seen = new Set<string>();
    const roots: string[] = [];
    for (const directory of store.directories)
      roots.push(...(await expanded(files, directory, env)));
    // What settings name is a path, in which nothing stands for anything else.
    for (const root of [...roots, ...(await fromSettings(files, store, env))]) {
      const real = await realDirectory(files, root);
      if (real === undefined || seen.has(real)) continue;
      seen.add(real);
      found.push({ name, store, root });
    }
  }
  return found;
}

/** What a directory of the table stands for, there or not. */
async function expanded(
  files: FileSystem,
  directory: string,
  env: Environment,
): Promise<readonly string[]> {
  let paths = [""];
  for (const [at, part] of directory.split("/").entries()) {
    if (at === 0) paths = begin(part, env);
    else if (part === "*") paths = await childrenOf(files, paths);
    else paths = paths.map((path) => join(path, part));
  }
  return paths;
}

/** The home, a variable's value, or what stands there; relative values are nobody's directory. */
function begin(part: string, env: Environment): string[] {
  const isVariable = part.startsWith("$");
  const value = isVariable ? (env[part.slice(1)] ?? "") : part;
  const values = isVariable && part.endsWith("DIRS") ? value.split(delimiter) : [value];
  return values.flatMap((one) => {
    const path = isVariable ? expandPath(one, env) : expandHome(one, env);
    return one === "" || path.startsWith("~") ? [] : [path];
  });
}

async function childrenOf(files: FileSystem, directories: readonly string[]): Promise<string[]> {
  const children: string[] = [];
  for (const directory of directories) {
    const names = await namesIn(files, directory);
    children.push(
      ...names.filter((name) => !name.startsWith(".")).map((name) => join(directory, name)),
    );
  }
  return children;
}

async function realDirectory(files: FileSystem, path: string): Promise<string | undefined> {
  try {
    return (await files.stat(path)).kind === "directory" ? await files.realpath(path) : undefined;
  } catch {
    // What is not there, or may not be looked at, is no store.
    return undefined;
  }
}

async function fromSettings(
  files: FileSystem,
  { settings }: Store,
  env: Environment,
): Promise<readonly string[]> {
  const path = settings && expandHome(settings.file, env);
  if (settings === undefined || path === undefined || path.startsWith("~")) return [];
  try {
    const value: unknown = parseJsonText((await readSmallFile(files, path)) ?? "");
    const named: unknown =
      typeof value === "object" && value !== null ? Reflect.get(value, settings.key) : undefined;
    return typeof named === "string" && named.startsWith("/") ? [named] : [];
  } catch {
    // Settings that cannot be read name nothing.
    return [];
  }
}
