import { dirname, join } from "node:path";
import type { FileSystem, Random } from "../../spec/mod.ts";
import { copyFile } from "../disk/copy_file.ts";
import { makeDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { temporaryName } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";

/** Codes with which systems say that a volume has no hard links, or not to this file. */
const NO_LINKS: readonly string[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** How a file came to its new place. */
export type MoveWay = "link" | "rename" | "copy" | "there already";

/**
 * Gives a file a second place: a hard link where the volume has them, a rename where it has not, a copy to another
 * volume: `MIGRATE-PLAN`. The source is left where it can be.
 *
 * `temporaryDirectory` is there, on the volume of the target.
 *
 * A link as source gives way to the data that it leads to, which stays where it is. Done again after an interruption, it does what is left to do.
 */
export async function moveFile(
  host: { readonly files: FileSystem; readonly random: Random },
  source: string,
  options: { readonly target: string; readonly temporaryDirectory: string },
): Promise<MoveWay> {
  const { files } = host;
  const { target, temporaryDirectory } = options;
  if ((await lstatIfThere(files, target)) !== undefined) return "there already";
  await makeDirectories(files, dirname(target));
  const isLink = (await lstatIfThere(files, source))?.kind === "link";
  const data = isLink ? await files.realpath(source) : source;
  try {
    await files.link(data, target);
    return "link";
  } catch (error) {
    const errno = errnoOf(error) ?? "";
    if (errno !== "EXDEV" && !NO_LINKS.includes(errno)) throw error;
  }
  try {
    // What a link leads to may be another model's, which keeps it.
    if (!isLink) {
      await files.rename(data, target);
      return "rename";
    }
  } catch (error) {
    if (errnoOf(error) !== "EXDEV") throw error;
  }
  const temporary = join(temporaryDirectory, temporaryName(host.random));
  await copyFile(files, data, { target: temporary });
  await files.rename(temporary, target);
  return "copy";
}
