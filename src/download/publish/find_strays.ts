import { type Digest, type FileSystem, fnmatch, REQUIRED_PARTS } from "../../../spec/mod.ts";
import { algorithmOf, hashFile } from "../../disk/file_hash.ts";
import { lstatIfThere } from "../../disk/walk.ts";
import { type DownloadTask, filePath } from "../download_task.ts";
import type { EarlierFiles } from "../../records/earlier_files.ts";

/**
 * Finds files that an earlier revision left and this commit does not have: `LAYOUT-STRAYS`, `LAYOUT-FOREIGN`.
 *
 * Only what is known to have been downloaded can be a stray; and of that, only weights and what is still as it was
 * downloaded: a file that was edited since is the user's.
 *
 * @returns paths relative to the model's directory
 */
export async function findStrays(
  files: FileSystem,
  task: DownloadTask,
  options: { readonly earlier: EarlierFiles; readonly signal?: AbortSignal | undefined },
): Promise<string[]> {
  const wanted = new Set(task.wanted.map((file) => file.path));
  const strays: string[] = [];
  for (const [path, digest] of options.earlier) {
    if (wanted.has(path)) continue;
    const listed = task.listed.get(path);
    if (listed !== undefined && listed === digest) continue;
    const place = filePath(task, path);
    if ((await lstatIfThere(files, place))?.kind !== "file") continue;
    const isWeight = REQUIRED_PARTS.weights.some((pattern) => fnmatch(pattern, path));
    if (isWeight || (await isUntouched(files, place, { digest, signal: options.signal })))
      strays.push(path);
  }
  return strays;
}

async function isUntouched(
  files: FileSystem,
  path: string,
  options: { readonly digest: Digest | undefined; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  const { digest, signal } = options;
  if (digest === undefined) return false;
  return (
    (await hashFile(files, path, { algorithm: algorithmOf(digest), signal })).digest === digest
  );
}
