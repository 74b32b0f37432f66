import { join } from "node:path";
import {
  type FileSystem,
  type Layout,
  LAYOUTS,
  METADATA_DIRECTORY,
  type ShareRequest,
} from "../../spec/mod.ts";
import { readText, readTree, writeBytes } from "../disk/mod.ts";
import { contentEtag } from "../hub/hub_file.ts";
import type { ModelFile } from "../models/mod.ts";
import type { World } from "../worlds/world.ts";
import { hubCachePaths } from "./hub_cache.ts";
import { filePlace } from "./places.ts";
import { changeFiles } from "./planted_models.ts";
import { storedPlace } from "./stores.ts";

/** The layouts of stores, in the order in which they are drawn. */
export const SHARE_LAYOUTS = Object.keys(LAYOUTS) as readonly Layout[];

/** How stores of a layout may write names: of each layout one, in which a name of several dots or underscores can go wrong. */
export const SHARE_NAMINGS: Readonly<Partial<Record<Layout, ShareRequest["naming"]>>> = {
  lmstudio: "dots as ___",
  flat: "slash as _",
};

/** Where a model belongs in a store: in the hub's cache the snapshot that its ref `main` names now. */
export async function sharedPlace(
  { files }: Pick<World, "files">,
  store: Pick<ShareRequest, "into" | "repository" | "layout" | "naming">,
): Promise<string> {
  const { into, repository, layout, naming } = store;
  if (layout !== "hf-cache") return storedPlace(layout, into, { repository, naming });
  const { refs, snapshots } = hubCachePaths(into, repository);
  return join(snapshots, (await readText(files, join(refs, "main"))) ?? "no ref");
}

/** What macOS leaves beside a file, and no model has. */
export const SIDECAR = "._model.safetensors";

/** A file of the user's that a model's directory may have too. */
export const HIDDEN = ".env";

/**
 * Puts a model into a directory as another client does, with a sidecar of macOS and a hidden file of the user's in it.
 *
 * @param model `commit`: what the client's metadata say; undefined for somebody who wrote nothing down
 * @returns the directory
 */
export async function placeTheirs(
  world: Pick<World, "files" | "outside">,
  model: {
    readonly repository: string;
    readonly files: readonly ModelFile[];
    readonly commit: string | undefined;
  },
): Promise<string> {
  const { repository, files, commit } = model;
  const directory = join(world.outside, "theirs", repository);
  await changeFiles(world, directory, { before: [], after: files });
  for (const path of [SIDECAR, HIDDEN])
    await writeBytes(world.files, join(directory, path), Buffer.from("no model's"));
  if (commit !== undefined) await recordAsOthers(world, directory, { files, commit });
  return directory;
}

/** Writes down of some files of a model what Swift's and Python's clients write down of what they have downloaded. */
export async function recordAsOthers(
  world: Pick<World, "files">,
  directory: string,
  { files, commit }: { readonly files: readonly ModelFile[]; readonly commit: string },
): Promise<void> {
  for (const file of files) {
    const text = `${commit}\n${contentEtag(file)}\n1795411132.5\n`;
    const at = filePlace(directory, join(METADATA_DIRECTORY, `${file.path}.metadata`));
    await writeBytes(world.files, at, Buffer.from(text));
  }
}

/** Path and bytes of every file and link below a directory; times and identities may change. */
export async function contentView(files: FileSystem, directory: string): Promise<string[]> {
  return (await readTree(files, directory))
    .filter(({ kind }) => kind !== "directory")
    .map(({ path, kind, sha256, linkTarget }) => `${path} ${kind} ${sha256 ?? linkTarget}`);
}

/** What of {@linkcode contentView} is visible: no state of an implementation and of other clients. */
export async function visibleView(files: FileSystem, directory: string): Promise<string[]> {
  return (await contentView(files, directory)).filter((line) => !/(?:^|\/)\./.test(line));
}

/** Bytes that the data below directories takes, each once, however many names it has; a few of state are among them. */
export async function dataBytes(
  { files }: Pick<World, "files">,
  directories: readonly string[],
): Promise<number> {
  const sizes = new Map<string, number>();
  for (const directory of directories) {
    for (const { path, kind } of await readTree(files, directory)) {
      if (kind !== "file") continue;
      const { inode, sizeBytes } = await files.lstat(join(directory, path));
      sizes.set(inode, sizeBytes);
    }
  }
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * What Swift's and Python's clients read beside each visible file, where it is not there or is of something else: `MANAGE-METADATA`.
 *
 * @returns a line for each such file
 */
export async function wrongMetadata(
  { files: disk }: Pick<World, "files">,
  place: string,
  { files, commit }: { readonly files: readonly ModelFile[]; readonly commit: string },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const file of files) {
    const at = filePlace(place, `${METADATA_DIRECTORY}/${file.path}.metadata`);
    const [first, second] = (await readText(disk, at))?.split("\n") ?? [];
    const isRight = first === commit && second === contentEtag(file);
    if (!isRight) wrong.push(`the metadata of ${file.path} names ${first} and ${second}`);
  }
  return wrong;
}
