import { dirname, join, relative, sep } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { foldName } from "./name_conflicts.ts";

/**
 * Refuses a directory that a symbolic link leads out of the root: `LAYOUT-ROOT-ONLY`.
 *
 * The root itself may be a link (`LAYOUT-ROOT-LINK`), and links that stay inside it are fine.
 *
 * @param directory a directory under the root; it need not exist yet
 * @throws {ModelError} `unsafe-path`
 */
export async function assertInsideRoot(
  files: FileSystem,
  root: string,
  directory: string,
): Promise<void> {
  let existing: string;
  for (let at = directory; ; at = dirname(at)) {
    if (at.length <= root.length) return;
    if ((await lstatIfThere(files, at)) === undefined) continue;
    try {
      if (await isInsideRoot(files, root, at)) return;
      existing = at;
      break;
    } catch (error) {
      // Another process may have removed it in between; a link that leads nowhere is still there.
      const isGone = errnoOf(error) === "ENOENT" && (await lstatIfThere(files, at)) === undefined;
      if (!isGone) throw error;
    }
  }
  throw new ModelError(
    "unsafe-path",
    `Cannot write below "${existing}": a symbolic link leads out of the root "${root}"; remove the link or use its target as the root`,
  );
}

/** Whether a path that exists lies under the root once all links are followed. */
export async function isInsideRoot(
  files: FileSystem,
  root: string,
  path: string,
): Promise<boolean> {
  const realRoot = await files.realpath(root);
  const real = await files.realpath(path);
  return real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
}

/**
 * Refuses a model directory that the volume knows under another case: `LAYOUT-CASE-ID`.
 *
 * @throws {ModelError} `case-conflict`
 */
export async function assertExactCase(
  files: FileSystem,
  root: string,
  directory: string,
): Promise<void> {
  let at = root;
  for (const component of relative(root, directory).split(sep)) {
    const next = join(at, component);
    if ((await lstatIfThere(files, next)) === undefined) return;
    const names = await namesIn(files, at);
    if (!names.includes(component)) {
      const other = names.find((name) => foldName(name) === foldName(component)) ?? "another name";
      throw new ModelError(
        "case-conflict",
        `Cannot use "${next}": this volume has it as "${other}"; write the id in that case, or use another root`,
        { file: component, actual: other },
      );
    }
    at = next;
  }
}
