/**
 * A disk in memory: memfs's tree and bytes under the rules of a Linux disk.
 *
 * memfs is a good namespace and a bad disk. What it gets wrong is decided here, before memfs's nodes
 * are touched: a directory renamed over a full one or into itself, a dangling link renamed, a
 * directory given a second name, names longer than a volume allows, a replaced file that stays
 * counted, and which code each refusal has. `harness/fidelity` holds the result against a real
 * directory. Durability is modelled elsewhere, from the operations that a watcher hears of.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Volume } from "memfs";
import type { FileStat, FileSystem, OpenFile, OpenMode } from "../../../spec/mod.ts";
import { diskError } from "../disk_error.ts";
import type { DiskImage } from "../disk_image.ts";
import type { AddOperation, DiskOperation, InodeId } from "../disk_operation.ts";
import { MemoryFile, type UntoldOperation } from "./memory_file.ts";
import { imageOf, placeImage } from "./memory_image.ts";
import {
  type Entry,
  findEntry,
  findSpot,
  type Inode,
  isTooLong,
  isWithin,
  namesIn,
  pathOf,
  type Spot,
} from "./memory_tree.ts";
import type { NameFold } from "../name_fold.ts";
import { SpaceAccount } from "./space_account.ts";

const DEFAULT_CAPACITY_BYTES = 2 ** 40;
const DIRECTORY_MODE = 0o40777;
const FILE_MODE = 0o100666;
const DIRECTORY_SIZE_BYTES = 4096;
const BLOCK_BYTES = 512;
const LINK_TEXT_BYTES_MAX = 4095;

/** What kind of volume to make. */
export interface MemoryFilesOptions {
  /** Room on the volume. @default {2 ** 40} */
  readonly availableBytes?: number;
  /** Where modification times come from. @default {Date.now} */
  readonly now?: () => number;
  /** What names have in common that the volume takes for one. @default {nothing: every name is its own} */
  readonly fold?: NameFold | undefined;
  /** What is on the disk at first. @default {an empty root} */
  readonly image?: DiskImage;
}

/** A disk in memory, which can be looked at whole and be watched operation by operation. */
export interface MemoryDisk extends FileSystem {
  /** Everything that is on the disk at this moment. */
  image(): DiskImage;
  /** Puts a FIFO there, as `mkfifo` does. */
  makeFifo(path: string): Promise<void>;
  /** Reports every change, in its order and before the call that made it ends, until the returned function is called. */
  watch(onOperation: (operation: DiskOperation) => void): () => void;
}

/**
 * Makes an empty disk in memory, of its own.
 *
 * @example
 * ```ts
 * import { writeBytes } from "mlx-conform/internal";
 * import { memoryFiles } from "mlx-conform";
 * import assert from "node:assert/strict";
 *
 * const files = memoryFiles({ availableBytes: 3 });
 * await writeBytes(files, "/a", new Uint8Array(2));
 * assert.equal(await files.availableBytes("/"), 1);
 * await assert.rejects(writeBytes(files, "/b", new Uint8Array(2)), { code: "ENOSPC" });
 * ```
 */
export function memoryFiles(options: MemoryFilesOptions = {}): MemoryDisk {
  return new MemoryFiles(options);
}

/** Whether a disk is one that {@linkcode memoryFiles} made, with nothing around it. */
export function isMemoryDisk(files: FileSystem): files is MemoryDisk {
  return files instanceof MemoryFiles;
}

class MemoryFiles implements MemoryDisk {
  readonly #core: Volume["_core"];
  readonly #space: SpaceAccount<Inode>;
  readonly #now: () => number;
  readonly #fold: NameFold | undefined;
  readonly #openCounts = new Map<Inode, number>();
  readonly #ids = new WeakMap<Inode, InodeId>();
  readonly #special = new WeakSet<Inode>();
  #idsGiven = 0;
  #onOperation: ((operation: DiskOperation) => void) | undefined;

  constructor(options: MemoryFilesOptions) {
    this.#core = new Volume()._core;
    this.#space = new SpaceAccount<Inode>(options.availableBytes ?? DEFAULT_CAPACITY_BYTES);
    this.#now = options.now ?? Date.now;
    this.#fold = options.fold;
    this.#stamp(this.#core.root.getNode());
    if (options.image !== undefined) {
      placeImage(this.#core, options.image, { space: this.#space, idOf: this.#setId });
    }
  }

  image(): DiskImage {
    return imageOf(this.#core.root, this.#idOf);
  }

  async makeFifo(path: string): Promise<void> {
    this.#special.add(this.#create(path));
  }

  watch(onOperation: (operation: DiskOperation) => void): () => void {
    this.#onOperation = onOperation;
    return () => {
      if (this.#onOperation === onOperation) this.#onOperation = undefined;
    };
  }

  readonly #idOf = (node: Inode): InodeId => {
    const known = this.#ids.get(node);
    if (known !== undefined) return known;
    this.#ids.set(node, ++this.#idsGiven);
    return this.#idsGiven;
  };

  readonly #setId = (node: Inode, id: InodeId): void => {
    this.#ids.set(node, id);
    this.#idsGiven = Math.max(this.#idsGiven, id);
  };

  #tell(path: string, node: Inode, operation: UntoldOperation): void {
    this.#onOperation?.({ ...operation, path, inode: this.#idOf(node), atMs: this.#now() });
  }

  #tellAdded(path: string, spot: Spot, options: { node: Inode; made: AddOperation["made"] }): void {
    const { node, made } = options;
    const directory = this.#idOf(spot.parent.getNode());
    const link = node.isSymlink() ? { linkTarget: node.symlink } : {};
    this.#tell(path, node, { kind: "add", directory, name: spot.name, made, ...link });
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    const node = mode === "wx" ? this.#create(path) : this.#existing(path, mode);
    this.#openCounts.set(node, (this.#openCounts.get(node) ?? 0) + 1);
    return new MemoryFile(node, {
      path,
      mode,
      space: this.#space,
      stamp: () => this.#stamp(node),
      tell: (operation) => this.#tell(path, node, operation),
      stat: () => this.#statOf(node),
      release: () => {
        this.#openCounts.set(node, (this.#openCounts.get(node) ?? 1) - 1);
        this.#reap(node);
      },
    });
  }

  async mkdir(path: string): Promise<void> {
    const spot = this.#vacant(path, { syscall: "mkdir" });
    const node = this.#core.createNode(DIRECTORY_MODE);
    spot.parent.createChild(spot.name, node);
    this.#stamp(node, spot.parent.getNode());
    this.#tellAdded(path, spot, { node, made: "directory" });
  }

  async readdir(path: string): Promise<string[]> {
    return namesIn(this.#directory(path, "scandir"));
  }

  async stat(path: string): Promise<FileStat> {
    return this.#statOf(this.#find(path, { syscall: "stat", follow: true }).getNode());
  }

  async lstat(path: string): Promise<FileStat> {
    return this.#statOf(this.#find(path, { syscall: "lstat", follow: false }).getNode());
  }

  async readlink(path: string): Promise<string> {
    const node = this.#find(path, { syscall: "readlink", follow: false }).getNode();
    if (!node.isSymlink()) throw diskError("EINVAL", "readlink", path);
    return node.symlink;
  }

  async realpath(path: string): Promise<string> {
    return pathOf(this.#find(path, { syscall: "realpath", follow: true }));
  }

  async rename(source: string, target: string): Promise<void> {
    // Both parents are found before either name is looked up.
    const fold = this.#fold;
    const lookup = { syscall: "rename", follow: false, target, longLastName: true, fold };
    const from = findSpot(this.#core.root, source, lookup);
    const to = findSpot(this.#core.root, target, lookup);
    const refuse = (code: string): Error => diskError(code, "rename", source, { target });
    const moved = from.entry;
    if (from.name === "" || to.name === "") throw refuse("EBUSY");
    if (isTooLong(from.name)) throw refuse("ENAMETOOLONG");
    if (moved === undefined) throw refuse("ENOENT");
    if (isTooLong(to.name)) throw refuse("ENAMETOOLONG");
    const replaced = to.entry;
    if (isWithin(to.parent, moved)) throw refuse("EINVAL");
    if (replaced !== undefined && isWithin(from.parent, replaced)) throw refuse("ENOTEMPTY");
    // Two names of the same data are left alone, as POSIX demands; one name may change its spelling.
    const isRespelt = replaced === moved && to.name !== from.name;
    if (replaced?.getNode() === moved.getNode() && !isRespelt) return;
    if (replaced !== undefined && !isRespelt) {
      const movesDirectory = moved.getNode().isDirectory();
      const replacesDirectory = replaced.getNode().isDirectory();
      if (movesDirectory && !replacesDirectory) throw refuse("ENOTDIR");
      if (!movesDirectory && replacesDirectory) throw refuse("EISDIR");
      if (namesIn(replaced).length > 0) throw refuse("ENOTEMPTY");
      this.#take(replaced);
    }
    from.parent.deleteChild(moved);
    moved.name = to.name;
    moved.steps = [...to.parent.steps, to.name];
    to.parent.setChild(to.name, moved);
    this.#stamp(from.parent.getNode(), to.parent.getNode());
    this.#tell(source, moved.getNode(), {
      kind: "rename",
      from: { directory: this.#idOf(from.parent.getNode()), name: from.name },
      to: { directory: this.#idOf(to.parent.getNode()), name: to.name },
      target,
    });
  }

  async link(source: string, target: string): Promise<void> {
    const entry = this.#find(source, { syscall: "link", follow: false, target });
    const spot = this.#vacant(target, { syscall: "link", source });
    const node = entry.getNode();
    if (node.isDirectory()) throw diskError("EPERM", "link", source, { target });
    node.nlink += 1;
    spot.parent.createChild(spot.name, node);
    this.#stamp(spot.parent.getNode());
    this.#tellAdded(target, spot, { node, made: "second name" });
  }

  async symlink(destination: string, path: string): Promise<void> {
    if (destination === "") throw diskError("ENOENT", "symlink", destination, { target: path });
    if (Buffer.byteLength(destination) > LINK_TEXT_BYTES_MAX) {
      throw diskError("ENAMETOOLONG", "symlink", destination, { target: path });
    }
    const spot = this.#vacant(path, { syscall: "symlink" });
    const node = this.#core.createNode(FILE_MODE);
    node.makeSymlink(destination);
    spot.parent.createChild(spot.name, node);
    this.#stamp(node, spot.parent.getNode());
    this.#tellAdded(path, spot, { node, made: "link" });
  }

  async unlink(path: string): Promise<void> {
    const entry = this.#find(path, { syscall: "unlink", follow: false });
    if (entry.getNode().isDirectory()) throw diskError("EISDIR", "unlink", path);
    this.#detach(path, entry);
  }

  async rmdir(path: string): Promise<void> {
    const entry = this.#find(path, { syscall: "rmdir", follow: false });
    if (!entry.getNode().isDirectory()) throw diskError("ENOTDIR", "rmdir", path);
    if (entry.parent === undefined) throw diskError("EBUSY", "rmdir", path);
    if (namesIn(entry).length > 0) throw diskError("ENOTEMPTY", "rmdir", path);
    this.#detach(path, entry);
  }

  async syncDirectory(path: string): Promise<void> {
    this.#tell(path, this.#directory(path, "open").getNode(), { kind: "sync-directory" });
  }

  async availableBytes(path: string): Promise<number> {
    this.#find(path, { syscall: "statfs", follow: true });
    return this.#space.availableBytes();
  }

  #find(path: string, lookup: Parameters<typeof findEntry>[2]): Entry {
    return findEntry(this.#core.root, path, { ...lookup, fold: this.#fold });
  }

  #directory(path: string, syscall: string): Entry {
    const entry = this.#find(path, { syscall, follow: true });
    if (!entry.getNode().isDirectory()) throw diskError("ENOTDIR", syscall, path);
    return entry;
  }

  #existing(path: string, mode: OpenMode): Inode {
    const node = this.#find(path, { syscall: "open", follow: false }).getNode();
    if (node.isSymlink()) throw diskError("ELOOP", "open", path);
    if (this.#special.has(node)) throw diskError("ENXIO", "open", path);
    if (node.isDirectory() && mode !== "r") throw diskError("EISDIR", "open", path);
    return node;
  }

  #create(path: string): Inode {
    const spot = this.#vacant(path, { syscall: "open" });
    const node = this.#core.createNode(FILE_MODE);
    spot.parent.createChild(spot.name, node);
    this.#stamp(node, spot.parent.getNode());
    this.#tellAdded(path, spot, { node, made: "file" });
    return node;
  }

  #vacant(path: string, options: { syscall: string; source?: string }): Spot {
    const { syscall, source } = options;
    const spot = findSpot(this.#core.root, path, { syscall, follow: false, fold: this.#fold });
    if (spot.entry !== undefined) {
      throw diskError(
        "EEXIST",
        syscall,
        source ?? path,
        source === undefined ? {} : { target: path },
      );
    }
    return spot;
  }

  #detach(path: string, entry: Entry): void {
    const { parent, name } = entry;
    if (parent === undefined) return;
    this.#tell(path, entry.getNode(), {
      kind: "remove",
      directory: this.#idOf(parent.getNode()),
      name,
    });
    this.#take(entry);
  }

  /** Takes an entry out of its directory. */
  #take(entry: Entry): void {
    const node = entry.getNode();
    const { parent } = entry;
    if (parent === undefined) return;
    parent.deleteChild(entry);
    this.#stamp(parent.getNode());
    node.nlink = node.isDirectory() ? 0 : node.nlink - 1;
    this.#reap(node);
  }

  /** Data lives as long as it has a name or is open. */
  #reap(node: Inode): void {
    if (node.nlink > 0 || (this.#openCounts.get(node) ?? 0) > 0) return;
    this.#space.release(node);
    this.#openCounts.delete(node);
    this.#core.deleteNode(node);
  }

  #stamp(...nodes: Inode[]): void {
    for (const node of nodes) node.mtime = new Date(this.#now());
  }

  #statOf(node: Inode): FileStat {
    const common = {
      modifiedMs: node.mtime.getTime(),
      inode: String(node.ino),
      linkCount: node.nlink,
    };
    if (node.isDirectory()) {
      return { ...common, kind: "directory", sizeBytes: DIRECTORY_SIZE_BYTES, allocatedBytes: 0 };
    }
    if (node.isSymlink()) {
      const sizeBytes = Buffer.byteLength(node.symlink);
      return { ...common, kind: "link", sizeBytes, allocatedBytes: 0 };
    }
    const nothing = { sizeBytes: 0, allocatedBytes: 0 };
    if (this.#special.has(node)) return { ...common, ...nothing, kind: "other" };
    const blocks = Math.ceil(this.#space.allocatedBytes(node) / BLOCK_BYTES);
    return {
      ...common,
      kind: "file",
      sizeBytes: node.getSize(),
      allocatedBytes: blocks * BLOCK_BYTES,
    };
  }
}
