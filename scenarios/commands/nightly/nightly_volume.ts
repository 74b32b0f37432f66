/**
 * A volume of its own for one step of a night, made in a file by macOS's own tool.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Makes a volume, gives its mount point to `use`, and removes it again. */
export async function withVolume<T>(
  kind: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const place = await mkdtemp(join(tmpdir(), "mlx_volume_"));
  const image = join(place, "volume.dmg");
  const mount = join(place, "mount");
  try {
    await mkdir(mount);
    await run("hdiutil", ["create", "-size", "512m", "-fs", kind, "-volname", "mlx", image]);
    await run("hdiutil", ["attach", image, "-nobrowse", "-mountpoint", mount]);
    try {
      return await use(mount);
    } finally {
      await run("hdiutil", ["detach", mount, "-force"]);
    }
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
