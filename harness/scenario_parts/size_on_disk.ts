import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";

/** Bytes of all files below a directory; 0 when it is absent. */
export async function sizeOnDisk(files: FileSystem, directory: string): Promise<number> {
  if (!(await exists(files, directory))) return 0;
  let sizeBytes = 0;
  for (const name of await files.readdir(directory)) {
    const place = join(directory, name);
    const stat = await files.lstat(place);
    if (stat.kind === "file") sizeBytes += stat.sizeBytes;
    if (stat.kind === "directory") sizeBytes += await sizeOnDisk(files, place);
  }
  return sizeBytes;
}
