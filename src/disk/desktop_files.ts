import { basename } from "node:path";

/**
 * Whether a name is what a desktop leaves in any directory, by itself: views, thumbnails, and the sidecars that macOS
 * writes on disks of other systems. Such a file says nothing of a model: `MANAGE-DESKTOP`.
 *
 * @param path a name, or a path that ends in it
 */
export function isDesktopFile(path: string): boolean {
  return /^(?:\._.+|\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(basename(path));
}
