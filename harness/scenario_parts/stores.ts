import { delimiter, join } from "node:path";
import { type FileSystem, type Layout, LAYOUTS, type Store, STORES } from "../../spec/mod.ts";
import { writeBytes } from "../disk/mod.ts";
import type { HubFile } from "../hub/hub_file.ts";
import { writeForeignSnapshot } from "./hub_cache.ts";
import { filePlace } from "./places.ts";

/** One directory of one store, as the spec's table has it. */
export interface StorePlace {
  readonly store: keyof typeof STORES;
  /** Such as `~/.lmstudio/models`. */
  readonly directory: string;
  /** One of those that the store has. */
  readonly layout: Layout;
}

/** An app's container, where the table has any name. */
const CONTAINER = "com.example.chat";

/** Every directory of every store that holds models in a layout, with each of its layouts. */
export const STORE_PLACES: readonly StorePlace[] = (
  Object.entries(STORES) as [keyof typeof STORES, Store][]
).flatMap(([store, { layouts, directories }]) =>
  directories.flatMap((directory) => layouts.map((layout) => ({ store, directory, layout }))),
);

/**
 * Where a store's directory is for a user.
 *
 * A variable that is a list names others before it and behind it, which are not there.
 *
 * @param container the app, where the table has any name
 * @param elsewhere the name of the directory that holds those of variables which are no lists
 * @returns its path, and the variables with which a subject finds it
 */
export function storeRoot(
  { directory }: Pick<StorePlace, "directory">,
  home: string,
  container = CONTAINER,
  elsewhere = "elsewhere",
): { readonly root: string; readonly env: Readonly<Record<string, string>> } {
  const [first = "", ...rest] = directory.split("/");
  const parts = rest.map((part) => (part === "*" ? container : part));
  if (first === "~") return { root: join(home, ...parts), env: {} };
  const name = first.slice(1);
  const isList = name.endsWith("DIRS");
  const value = join(home, isList ? "elsewhere" : elsewhere, name.toLowerCase());
  const list = [join(home, "former"), value, join(home, "later")].join(delimiter);
  return {
    root: join(value, ...parts),
    env: { [name]: isList ? list : value },
  };
}

/**
 * Puts a model into a store as its tool does.
 *
 * @returns the copy's directory
 */
export async function placeInStore(
  files: FileSystem,
  place: StorePlace & { readonly root: string },
  model: { readonly repository: string; readonly files: readonly HubFile[] },
): Promise<string> {
  const store: Store = STORES[place.store];
  const { layout } = place;
  const { repository } = model;
  if (layout === "hf-cache") {
    return writeForeignSnapshot(files, place.root, {
      ...model,
      commit: "c0ffee".padEnd(40, "0"),
      revision: "main",
      hasListing: false,
      isShared: false,
      absent: [],
      isCopied: false,
    });
  }
  const directory = storedPlace(layout, place.root, { repository, naming: store.naming });
  for (const { path, bytes } of model.files)
    await writeBytes(files, filePlace(directory, path), bytes);
  return directory;
}

/** Where a model lies in a store of directories that writes names in its own way. */
export function storedPlace(
  layout: Layout,
  root: string,
  {
    repository,
    naming,
  }: { readonly repository: string; readonly naming: Store["naming"] | undefined },
): string {
  const [org = "", name = ""] = repository.split("/");
  const values = {
    root,
    org,
    name: naming === "dots as ___" ? name.replaceAll(".", "___") : name,
    "model id": `${org}${naming === "slash as _" ? "_" : "--"}${name}`,
  };
  let path: string = LAYOUTS[layout];
  for (const [key, value] of Object.entries(values)) path = path.replace(`{${key}}`, () => value);
  return join(path);
}
