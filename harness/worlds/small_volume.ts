import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { NotApplicable } from "../errors.ts";

/** A volume in memory is given out in pages: its size is a number of them, and each file takes whole ones. */
export const PAGE_BYTES = 4096;

const run = promisify(execFile);

/**
 * Mounts a volume of a size at a directory.
 *
 * @returns what takes it away again
 * @throws {NotApplicable} when the size is not a whole number of pages, or nothing may be mounted
 */
export async function mountSmallVolume(
  directory: string,
  { sizeBytes }: { readonly sizeBytes: number },
): Promise<() => Promise<void>> {
  if (sizeBytes % PAGE_BYTES !== 0)
    throw new NotApplicable(`no real volume has room for exactly ${sizeBytes} bytes`);
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "mlx-layout", directory]);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n").at(-2) ?? error.message) : "";
    throw new NotApplicable(`no volume of a set size can be mounted here: ${why}`);
  }
  return async () => {
    await run("umount", ["-l", directory]);
  };
}
