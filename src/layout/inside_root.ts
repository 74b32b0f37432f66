import { join, relative, sep } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { firstLink } from "../disk/confined_files.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { foldName } from "./name_conflicts.ts";

/**
 * Refuses a directory that is a link or lies behind one: `LAYOUT-ROOT-ONLY`, `LAYOUT-PLANTED`.
 *
 * The root itself may be a link (`LAYOUT-ROOT-LINK`). A link that stays inside it leads to another model's files.
 *
 * @param directory a directory under the root; it need not exist yet
 * @throws {ModelError} `unsafe-path`
 */
export async function assertNoLink(
  files: FileSystem,
  root: string,
  directory: string,
): Promise<void> {
  const link = await firstLink(files, root, directory);
  if (link === undefined) return;
  throw new ModelError(
    "unsafe-path",
    `Cannot write below "${link}": it is a symbolic link; remove the link, or use its target as the root`,
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
