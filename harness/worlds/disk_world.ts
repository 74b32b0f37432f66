import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subject } from "../../spec/mod.ts";
import { blockingFiles } from "../disk/wrappers/blocking_files.ts";
import { makeFifo } from "../disk/make_fifo.ts";
import { makeDirectories } from "../disk/disk_tree.ts";
import { sizedFiles } from "../disk/wrappers/sized_files.ts";
import { volumeFiles } from "../disk/volume_files.ts";
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
  const { availableBytes, volume = "plain" } = options;
  const world = makeWorld(
    subject,
    {
      kind: "disk",
      files: () => {
        const files = volumeFiles(blockingFiles({ yields: true }), volume);
        return availableBytes === undefined ? files : sizedFiles(files, { availableBytes });
      },
      // A limit counts what the harness writes as well, so the harness goes through it.
      judge: (files) =>
        availableBytes === undefined ? volumeFiles(blockingFiles(), volume) : files,
      root: join(top, "Documents", "Models"),
      outside: join(top, "elsewhere"),
      makeFifo,
      dispose: () => rm(top, { recursive: true, force: true }),
    },
    options,
  );
  await makeDirectories(world.files, join(top, "Documents"));
  await makeDirectories(world.files, world.outside);
  return world;
}
