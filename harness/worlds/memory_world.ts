import type { FileSystem, Subject } from "../../spec/mod.ts";
import { isMemoryDisk } from "../disk/memory/memory_files.ts";
import { NotApplicable } from "../errors.ts";
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
  let disk: FileSystem | undefined;
  const world = makeWorld(
    subject,
    {
      kind: "memory",
      files: (now) => {
        disk = memoryVolume(volume, {
          now,
          ...(availableBytes === undefined ? {} : { availableBytes }),
        });
        return disk;
      },
      root: ROOT,
      outside: OUTSIDE,
      makeFifo: async (path) => {
        if (disk === undefined || !isMemoryDisk(disk))
          throw new NotApplicable("this kind of volume has no FIFOs");
        await disk.makeFifo(path);
      },
      dispose: async () => {},
    },
    options,
  );
  await makeDirectories(world.files, "/home/user/Documents");
  await makeDirectories(world.files, OUTSIDE);
  return world;
}
