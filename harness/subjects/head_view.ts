import { join, sep } from "node:path";
import type { FileSystem, Layout } from "../../spec/mod.ts";

/** In a path of layout `hf-cache`, the commit that was downloaded last. */
export const HEAD = "@head";

/**
 * The disk as a reader of a layout sees it.
 *
 * In layout `hf-cache` the model directory has a commit in its name, and its entries are links into a store. An observer that
 * asks what a runtime would find there reads through both: `snapshots/@head` is the newest snapshot, and a
 * link into the store is the file that it points to. All other layouts are shown as they are.
 */
export function headView(files: FileSystem, options: { readonly layout: Layout }): FileSystem {
  const { layout } = options;
  if (layout !== "hf-cache") return files;
  const real = (path: string) => withoutHead(files, path);
  return {
    ...files,
    open: async (path, mode) => {
      const place = await real(path);
      const isStored = mode !== "wx" && path.includes(`${sep}${HEAD}${sep}`);
      return files.open(isStored ? await files.realpath(place) : place, mode);
    },
    mkdir: async (path) => files.mkdir(await real(path)),
    readdir: async (path) => files.readdir(await real(path)),
    stat: async (path) => files.stat(await real(path)),
    lstat: async (path) => {
      const place = await real(path);
      const stat = await files.lstat(place);
      const isOfSnapshot = path.includes(`${sep}${HEAD}${sep}`);
      if (stat.kind !== "link" || !isOfSnapshot) return stat;
      const target = await files.readlink(place);
      return target.split(/[/\\]/).includes("blobs") ? files.stat(place) : stat;
    },
    readlink: async (path) => files.readlink(await real(path)),
    realpath: async (path) => files.realpath(await real(path)),
    rename: async (source, target) => files.rename(await real(source), await real(target)),
    link: async (source, target) => files.link(await real(source), await real(target)),
    symlink: async (destination, path) => files.symlink(await real(destination), await real(path)),
    unlink: async (path) => files.unlink(await real(path)),
    rmdir: async (path) => files.rmdir(await real(path)),
    syncDirectory: async (path) => files.syncDirectory(await real(path)),
    availableBytes: async (path) => files.availableBytes(await real(path)),
  };
}

async function withoutHead(files: FileSystem, path: string): Promise<string> {
  const at = path.indexOf(`${sep}${HEAD}`);
  if (at < 0) return path;
  const snapshots = path.slice(0, at);
  const commit = await newestCommit(files, snapshots);
  return join(snapshots, commit ?? HEAD, path.slice(at + 1 + HEAD.length));
}

/** The commit that the newest ref holds; without refs, the newest snapshot. */
async function newestCommit(files: FileSystem, snapshots: string): Promise<string | undefined> {
  const refs = await entriesBelow(files, join(snapshots, "..", "refs"));
  for (const place of refs) {
    const commit = await textOf(files, place);
    if (/^[0-9a-f]{40}$/.test(commit)) return commit;
  }
  const [newest] = await entriesBelow(files, snapshots, { depth: 1 });
  return newest?.slice(newest.lastIndexOf(sep) + 1);
}

/** Entries below a directory, the one that was changed last first: files at any depth, or whatever is at a depth of one. */
async function entriesBelow(
  files: FileSystem,
  directory: string,
  options: { readonly depth?: number } = {},
): Promise<string[]> {
  const found: { readonly place: string; readonly modifiedMs: number }[] = [];
  const walk = async (place: string): Promise<void> => {
    for (const name of await files.readdir(place).catch(() => [])) {
      const entry = join(place, name);
      const { kind, modifiedMs } = await files.lstat(entry);
      if (kind === "directory" && options.depth !== 1) await walk(entry);
      else found.push({ place: entry, modifiedMs });
    }
  };
  await walk(directory);
  return found.toSorted((one, two) => two.modifiedMs - one.modifiedMs).map(({ place }) => place);
}

async function textOf(files: FileSystem, place: string): Promise<string> {
  const file = await files.open(place, "r");
  try {
    const bytes = new Uint8Array(64);
    return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes, 0)));
  } finally {
    await file.close();
  }
}
