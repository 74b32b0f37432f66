import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where a build had the commands before there were two packages, and where they are now, below its directory. */
const FORMER: Readonly<Record<string, string>> = {
  "src/cli/start.js": "mlx-layout/src/cli/start.mjs",
  "scenarios/start.js": "mlx-conform/scenarios/start.mjs",
};

/**
 * Lets the commands of a build be started where they were before there were two packages: scripts of users name those places.
 *
 * @param into the directory of the build
 */
export async function keepFormerCommands(into: string): Promise<void> {
  for (const [former, now] of Object.entries(FORMER)) {
    const path = join(into, former);
    const up = "../".repeat(former.split("/").length - 1);
    // oxlint-disable-next-line no-await-in-loop -- two small files
    await mkdir(dirname(path), { recursive: true });
    // oxlint-disable-next-line no-await-in-loop -- two small files
    await writeFile(path, `import "${up}${now}";\n`);
  }
}
