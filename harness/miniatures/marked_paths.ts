import { join } from "node:path";
import { type FileSystem, type Marker, MARKER_NAME } from "../../spec/mod.ts";
import { readText } from "../disk/mod.ts";

/** The paths that the marker of a repository names; none where there is no such marker. */
export async function markedPaths(
  files: FileSystem,
  directory: string,
  options: { readonly repository: string },
): Promise<readonly string[]> {
  const text = await readText(files, join(directory, MARKER_NAME));
  if (text === undefined || !text.startsWith("{")) return [];
  const { files: marked, source } = JSON.parse(text) as Partial<Marker>;
  return (source === options.repository ? (marked ?? []) : []).map(({ path }) => path);
}
