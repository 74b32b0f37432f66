/**
 * Images of memfs's tree: taken of it, and laid into it without going through paths.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Volume } from "memfs";
import type { DiskImage, ImageNode } from "../disk_image.ts";
import type { InodeId } from "../disk_operation.ts";
import { type Entry, type Inode, namesIn } from "./memory_tree.ts";
import type { SpaceAccount } from "./space_account.ts";

const DIRECTORY_MODE = 0o40777;
const FILE_MODE = 0o100666;

/** Takes a tree as it is. */
export function imageOf(root: Entry, idOf: (node: Inode) => InodeId): DiskImage {
  const nodes = new Map<InodeId, ImageNode>();
  const enter = (entry: Entry): InodeId => {
    const node = entry.getNode();
    const id = idOf(node);
    if (nodes.has(id)) return id;
    if (node.isDirectory()) {
      const entries = new Map<string, InodeId>();
      nodes.set(id, { kind: "directory", entries });
      for (const name of namesIn(entry)) {
        const child = entry.children.get(name);
        if (child !== undefined) entries.set(name, enter(child));
      }
    } else if (node.isSymlink()) {
      nodes.set(id, { kind: "link", target: node.symlink });
    } else {
      const bytes = Uint8Array.from(node.getBuffer());
      nodes.set(id, { kind: "file", bytes, modifiedMs: node.mtime.getTime() });
    }
    return id;
  };
  return { root: enter(root), nodes };
}

/** Lays an image into an empty tree. */
export function placeImage(
  core: Volume["_core"],
  image: DiskImage,
  options: {
    readonly space: SpaceAccount<Inode>;
    readonly idOf: (node: Inode, id: InodeId) => void;
  },
): void {
  const { space, idOf } = options;
  const placed = new Map<InodeId, Inode>();
  const fill = (parent: Entry, id: InodeId): void => {
    const directory = image.nodes.get(id);
    idOf(parent.getNode(), id);
    if (directory?.kind !== "directory") return;
    for (const [name, inode] of directory.entries) {
      const what = image.nodes.get(inode);
      if (what === undefined) continue;
      const known = placed.get(inode);
      if (known !== undefined) {
        known.nlink += 1;
        parent.createChild(name, known);
        continue;
      }
      const node = core.createNode(what.kind === "directory" ? DIRECTORY_MODE : FILE_MODE);
      placed.set(inode, node);
      if (what.kind === "link") node.makeSymlink(what.target);
      const entry = parent.createChild(name, node);
      if (what.kind === "directory") fill(entry, inode);
      else idOf(node, inode);
      if (what.kind !== "file") continue;
      space.take(node, 0, what.bytes.length);
      node.write(Buffer.from(what.bytes.buffer, what.bytes.byteOffset, what.bytes.length));
      node.mtime = new Date(what.modifiedMs);
    }
  };
  fill(core.root, image.root);
}
