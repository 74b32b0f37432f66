import type { ModelManager, Subject } from "../../spec/mod.ts";
import { SimulatedClock } from "../clock/simulated_clock.ts";
import type { DiskImage } from "../disk/disk_image.ts";
import { memoryFiles } from "../disk/memory/memory_files.ts";
import { plainFiles } from "../disk/wrappers/plain_files.ts";
import { directFetch, type SimulatedHub } from "../hub/mod.ts";
import { type DiskRecording, recordDisk, type RecordedOperation } from "./disk_recording.ts";
import { isSync } from "./operation_scope.ts";
import { PROCESS_TABLE } from "../worlds/start_process.ts";
import { seededRandom } from "../worlds/seeded_random.ts";

/** Where a process comes up again. */
export interface CrashPlace {
  readonly subject: Subject;
  readonly hub: SimulatedHub;
  readonly root: string;
  /** When it comes up, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Starts the process. @default {one in this process, on a disk in memory} */
  readonly start?: (image: DiskImage) => Promise<CrashProcess>;
  /** How many crashes there were: names and process numbers of one life do not come again in the next. @default {1} */
  readonly crashes?: number;
  /** Whether the kernel went on, and only the process ended. @default {false} */
  readonly isSameBoot?: boolean;
}

/** A process on a disk that a crash left. */
export interface CrashProcess {
  readonly manager: ModelManager;
  /** The disk as it is now. */
  image(): Promise<DiskImage>;
  /** Looks what happens on the disk from now on. */
  record(): Promise<RecoveryRecorder>;
  end(): Promise<void>;
}

/** Watches the disk under a process that came up after a crash. */
export interface RecoveryRecorder {
  /** Ends it; what resolved by then is acknowledged. */
  finish(acknowledged?: string): Promise<RecordedRecovery>;
}

/** What happened on the disk. */
export interface RecordedRecovery {
  /** How many changes there were; of a disk that nobody watches, how many entries differ. */
  readonly changes: number;
  /** Where every change was written down. */
  readonly recording: DiskRecording | undefined;
}

/**
 * Starts a process on a disk that a crash left, with the same hub and none of the machinery of a world: no
 * interception of HTTP, no kill. All processes from before the crash are dead.
 */
export async function startAfterCrash(place: CrashPlace, image: DiskImage): Promise<CrashProcess> {
  if (place.start !== undefined) return place.start(image);
  const { subject, hub, root, nowMs, crashes = 1, isSameBoot = false } = place;
  const clock = new SimulatedClock({ startMs: nowMs, isBusy: () => false, activity: () => 0 });
  const disk = memoryFiles({ image, now: () => clock.now() });
  const pid = 5000 + crashes;
  const manager = subject.start(
    {
      files: plainFiles(disk),
      fetch: directFetch(hub),
      clock,
      random: seededRandom(pid),
      processes: {
        // What the machine still knew was lost with its boot.
        machine: isSameBoot ? PROCESS_TABLE : `${PROCESS_TABLE} ${crashes}`,
        pid,
        started: "1",
        isAlive: (other) => other === pid,
      },
    },
    { root, env: { HF_ENDPOINT: hub.endpoint } },
  );
  return {
    manager,
    image: async () => disk.image(),
    record: async () => {
      const recorder = recordDisk(disk);
      return {
        finish: async (acknowledged) => {
          if (acknowledged !== undefined) recorder.acknowledge(acknowledged);
          const recording = recorder.finish();
          return { recording, changes: recording.operations.filter(isChange).length };
        },
      };
    },
    end: async () => {},
  };
}

function isChange(operation: RecordedOperation): boolean {
  return operation.kind !== "acknowledge" && !isSync(operation);
}
