import { join } from "node:path";
import { type FileSystem, METADATA_DIRECTORY } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";

/**
 * The files of a model that the law knows: visible ones, and `.metadata` files; by path, with the identity of their data.
 *
 * What else is hidden is the implementation's own affair.
 */
export async function modelNames(
  files: FileSystem,
  directory: string,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const enter = async (prefix: string): Promise<void> => {
    if (!(await exists(files, join(directory, prefix)))) return;
    for (const name of await files.readdir(join(directory, prefix))) {
      const path = prefix + name;
      const isMetadata = `${path}/`.startsWith(`${METADATA_DIRECTORY}/`);
      const isOnTheWay = METADATA_DIRECTORY.startsWith(path);
      if (path.split("/").some((part) => part.startsWith(".")) && !isMetadata && !isOnTheWay)
        continue;
      const { kind, inode } = await files.lstat(join(directory, path));
      if (kind === "directory") await enter(`${path}/`);
      else if (!isMetadata || path.endsWith(".metadata")) names.set(path, inode);
    }
  };
  await enter("");
  return names;
}
