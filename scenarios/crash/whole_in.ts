/**
 * Which files of a model a disk has whole.
 *
 * @module
 */

import { join } from "node:path";
import { type DiskImage, nodeAt } from "../../harness/internal.ts";
import type { ModelFile } from "../../harness/mod.ts";

/** The paths of the model's files that are whole in a directory, of a disk that nobody need read for it. */
export function wholeIn(
  image: DiskImage,
  directory: string,
  files: readonly ModelFile[],
): ReadonlySet<string> {
  const whole = files.filter(({ path, bytes }) => {
    const node = nodeAt(image, join(directory, ...path.split("/")));
    return node?.kind === "file" && Buffer.compare(node.bytes, bytes) === 0;
  });
  return new Set(whole.map(({ path }) => path));
}
