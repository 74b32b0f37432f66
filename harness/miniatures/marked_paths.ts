import { join } from "node:path";
import { type FileSystem, type Marker, MARKER_NAME } from "../../spec/mod.ts";
import { readText } from "../disk/mod.ts";

/** The paths that a model's marker names; none where there is no marker. */
export async function markedPaths(
  files: FileSystem,
  directory: string,
): Promise<readonly string[]> {
  const text = await readText(files, join(directory, MARKER_NAME));
  if (text === undefined || !text.startsWith("{")) return [];
  const { files: marked } = JSON.parse(text) as Partial<Marker>;
  return (marked ?? []).map(({ path }) => path);
}
