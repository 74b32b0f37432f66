import { dirname } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { writeBytes } from "../disk/mod.ts";

/** Replaces a file in one step that lasts, for a lie that is not about durability. */
export async function writeDurably(
  files: FileSystem,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeBytes(files, temporary, bytes);
  const file = await files.open(temporary, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(temporary, path);
  await files.syncDirectory(dirname(path));
}
