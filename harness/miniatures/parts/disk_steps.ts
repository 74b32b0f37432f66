import { dirname } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { writeBytes } from "../../disk/mod.ts";

/**
 * Does a step of a mistake. Where the disk refuses the step, the mistake is not made: how a refusal is reported is a
 * requirement of its own.
 *
 * @returns what the step returns, or `otherwise` where the disk refuses it
 */
export async function unlessRefused<T>(step: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code === "string" && /^E[A-Z]+$/.test(code)) return otherwise;
    throw error;
  }
}

/** Replaces a file atomically and durably, for a mistake that is not about durability. */
export async function writeDurably(files: FileSystem, path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeBytes(files, temporary, new TextEncoder().encode(text));
  const file = await files.open(temporary, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(temporary, path);
  await files.syncDirectory(dirname(path));
}

/**
 * A disk that removes files otherwise: also where the reference removes them by a rename into its own directory first.
 *
 * @param remove does what becomes of a file instead; `really` removes it
 */
export function removingOtherwise(
  files: FileSystem,
  remove: (path: string, really: () => Promise<void>) => Promise<void>,
): FileSystem {
  const isAside = (path: string) => /\/\.cache\/mlx-layout\/work\/[^/]+\/\d+\.gone$/.test(path);
  const unlinkAside = (path: string) =>
    files.unlink(path).catch((error: unknown) => {
      const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isGone) throw error;
    });
  return {
    ...files,
    unlink: (path) => (isAside(path) ? unlinkAside(path) : remove(path, () => files.unlink(path))),
    rename: (source, target) =>
      isAside(target)
        ? remove(source, () => files.rename(source, target))
        : files.rename(source, target),
  };
}
