import type { FileSystem } from "../../spec/mod.ts";
import { readTree } from "../disk/mod.ts";

/** Bytes of all files below a directory; 0 when it is absent. */
export async function sizeOnDisk(files: FileSystem, directory: string): Promise<number> {
  const tree = await readTree(files, directory);
  return tree.reduce((sum, { kind, sizeBytes }) => sum + (kind === "file" ? sizeBytes : 0), 0);
}
