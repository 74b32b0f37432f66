import type { ModelManager, Subject } from "../../spec/mod.ts";
import { SimulatedClock } from "../clock/simulated_clock.ts";
import type { DiskImage } from "../disk/disk_image.ts";
import { memoryFiles, type MemoryDisk } from "../disk/memory_files.ts";
import { plainFiles } from "../disk/plain_files.ts";
import { directFetch, type SimulatedHub } from "../hub/mod.ts";
import { seededRandom } from "../worlds/seeded_random.ts";

/** Where a process comes up again. */
export interface CrashPlace {
  readonly subject: Subject;
  readonly hub: SimulatedHub;
  readonly root: string;
  /** When it comes up, in milliseconds since 1970. */
  readonly nowMs: number;
  /** How many crashes there were: names and process numbers of one life do not come again in the next. @default {1} */
  readonly crashes?: number;
}

/** A process on a disk that a crash left. */
export interface CrashProcess {
  readonly manager: ModelManager;
  readonly disk: MemoryDisk;
}

/**
 * Starts a process on a disk that a crash left, with the same hub and none of the machinery of a world: no
 * interception of HTTP, no kill. All processes from before the crash are dead.
 */
export function startAfterCrash(place: CrashPlace, image: DiskImage): CrashProcess {
  const { subject, hub, root, nowMs, crashes = 1 } = place;
  const clock = new SimulatedClock({ startMs: nowMs, isBusy: () => false, activity: () => 0 });
  const disk = memoryFiles({ image, now: () => clock.now() });
  const pid = 5000 + crashes;
  const manager = subject.start(
    {
      files: plainFiles(disk),
      fetch: directFetch(hub),
      clock,
      random: seededRandom(pid),
      processes: { machine: "simulated", pid, isAlive: (other) => other === pid },
    },
    { root, env: { HF_ENDPOINT: hub.endpoint } },
  );
  return { manager, disk };
}
