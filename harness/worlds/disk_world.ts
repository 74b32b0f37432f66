import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subject } from "../../spec/mod.ts";
import { blockingFiles } from "../disk/blocking_files.ts";
import { makeDirectories } from "../disk/disk_tree.ts";
import { limitedFiles } from "../disk/limited_files.ts";
import { makeWorld } from "./make_world.ts";
import type { World, WorldOptions } from "./world.ts";

/**
 * A world whose disk is a real temporary directory, which goes with the world.
 *
 * Its clock is simulated too: it stands still while the disk works, so a pause of minutes costs nothing here either.
 *
 * @param subject who is judged
 */
export async function diskWorld(subject: Subject, options: WorldOptions = {}): Promise<World> {
  const top = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-world-")));
  const { availableBytes } = options;
  const disk = blockingFiles({ yields: true });
  const world = makeWorld(
    subject,
    {
      kind: "disk",
      files: () => (availableBytes === undefined ? disk : limitedFiles(disk, { availableBytes })),
      // A limit counts what the judge writes as well, so the judge goes through it.
      judge: (files) => (availableBytes === undefined ? blockingFiles() : files),
      root: join(top, "Documents", "Models"),
      outside: join(top, "elsewhere"),
      dispose: () => rm(top, { recursive: true, force: true }),
    },
    options,
  );
  await makeDirectories(world.files, join(top, "Documents"));
  await makeDirectories(world.files, world.outside);
  return world;
}
