import type { FileSystem, OpenFile } from "../../../spec/mod.ts";

/** Opens the file that a path leads to; the port itself follows no link. */
export async function openTarget(files: FileSystem, path: string): Promise<OpenFile> {
  return files.open(await files.realpath(path), "r");
}
