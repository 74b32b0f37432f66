import type { InodeId } from "./disk_operation.ts";

/** A directory, file or link of a disk, as it lies there. */
export type ImageNode =
  | { readonly kind: "directory"; readonly entries: ReadonlyMap<string, InodeId> }
  | {
      readonly kind: "file";
      /** Never written to: images share it. */
      readonly bytes: Uint8Array;
      readonly modifiedMs: number;
    }
  | { readonly kind: "link"; readonly target: string };

/** A whole disk at one moment; nothing in it changes. */
export interface DiskImage {
  readonly root: InodeId;
  readonly nodes: ReadonlyMap<InodeId, ImageNode>;
}

/** The node that a path leads to, links not followed; undefined when there is none. */
export function nodeAt(image: DiskImage, path: string): ImageNode | undefined {
  let node = image.nodes.get(image.root);
  for (const name of path.split("/")) {
    if (name === "") continue;
    if (node?.kind !== "directory") return undefined;
    const inode = node.entries.get(name);
    node = inode === undefined ? undefined : image.nodes.get(inode);
  }
  return node;
}

/**
 * Every file and link below a directory, by path relative to it.
 *
 * @param path absolute; where no directory is, there is nothing below
 */
export function filesBelow(
  image: DiskImage,
  path: string,
): Map<string, Exclude<ImageNode, { kind: "directory" }>> {
  const found = new Map<string, Exclude<ImageNode, { kind: "directory" }>>();
  const enter = (node: ImageNode | undefined, prefix: string): void => {
    if (node?.kind !== "directory") return;
    for (const [name, inode] of node.entries) {
      const child = image.nodes.get(inode);
      if (child?.kind === "directory") enter(child, `${prefix}${name}/`);
      else if (child !== undefined) found.set(prefix + name, child);
    }
  };
  enter(nodeAt(image, path), "");
  return found;
}
