import type { Subject } from "../../spec/mod.ts";
import { memoryVolume } from "../disk/volume_files.ts";
import { makeDirectories } from "../disk/disk_tree.ts";
import { makeWorld } from "./make_world.ts";
import type { World, WorldOptions } from "./world.ts";

const ROOT = "/home/user/Documents/Models";
const OUTSIDE = "/home/user/elsewhere";

/**
 * A world whose disk is in memory.
 *
 * @param subject who is judged
 */
export async function memoryWorld(subject: Subject, options: WorldOptions = {}): Promise<World> {
  const { availableBytes, volume = "plain" } = options;
  const world = makeWorld(
    subject,
    {
      kind: "memory",
      files: (now) =>
        memoryVolume(volume, { now, ...(availableBytes === undefined ? {} : { availableBytes }) }),
      root: ROOT,
      outside: OUTSIDE,
      dispose: async () => {},
    },
    options,
  );
  await makeDirectories(world.files, "/home/user/Documents");
  await makeDirectories(world.files, OUTSIDE);
  return world;
}
