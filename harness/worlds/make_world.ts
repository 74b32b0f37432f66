import type { FileSystem, Subject, SubjectConfig } from "../../spec/mod.ts";
import { SimulatedClock } from "../clock/simulated_clock.ts";
import { mswFetch, mswFront, SimulatedHub } from "../hub/mod.ts";
import { HarnessError } from "../errors.ts";
import { Activity } from "./activity.ts";
import { seededRandom } from "./seeded_random.ts";
import { PROCESS_TABLE, startProcess } from "./start_process.ts";
import { CallScheduler } from "./call_scheduler.ts";
import type { ProcessGate } from "./process_gate.ts";
import type { StartOptions, World, WorldKind, WorldOptions } from "./world.ts";

/** A fixed moment, so that two runs of a case are alike. */
const START_MS = Date.UTC(2026, 0, 1);

/** How long the harness waits for anything more to come, in simulated time. */
const WATCH_MS = 120_000;

/** What differs between the kinds of worlds. */
export interface Ground {
  readonly kind: WorldKind;
  /** Makes the disk; modification times come from `now` where the disk is simulated. */
  readonly files: (now: () => number) => FileSystem;
  /** The same disk as the harness sees it. @default {as the subject does} */
  readonly judge?: (files: FileSystem) => FileSystem;
  readonly root: string;
  readonly outside: string;
  /** Puts a FIFO there. */
  readonly makeFifo: (path: string) => Promise<void>;
  /** Gives the ground back. */
  readonly dispose: () => Promise<void>;
}

/** Puts a hub, a clock and a process table around a disk. */
export function makeWorld(subject: Subject, ground: Ground, options: WorldOptions): World {
  const activity = new Activity();
  const front = mswFront();
  const clock = clockOf(activity, front);
  const hub = new SimulatedHub({
    now: () => clock.now(),
    sleep: (durationMs, signal) => clock.sleep(durationMs, signal),
    style: options.style ?? {},
    unknownRoutes: "noted",
  });
  const detach = front.attach(hub);
  const files = ground.files(() => clock.now());
  const judged = ground.judge?.(files) ?? files;
  const random = seededRandom(options.seed ?? 1);
  const gates = new Map<number, ProcessGate>();
  const tables = new Map<number, string>();
  const callScheduler =
    options.schedule &&
    new CallScheduler(options.schedule, { activity, stalledCount: () => front.stalledCount() });
  const settle = async () => {
    for (const gate of gates.values()) if (gate.isKilled) await gate.settle();
  };
  return {
    kind: ground.kind,
    subject,
    root: ground.root,
    outside: ground.outside,
    files: judged,
    availableBytes: options.availableBytes,
    hub,
    clock,
    otherOrigin: "https://stranger.test",
    clearOrigin: "http://clear.test",
    start: (startOptions = {}) => {
      const pid = 1000 + gates.size;
      const fetch = mswFetch(hub);
      const process = startProcess(subject, {
        ...startOptions,
        pid,
        host: { files, fetch, clock, random },
        config: startConfig(startOptions, { root: ground.root, endpoint: hub.endpoint }),
        activity,
        trace: options.trace,
        callScheduler,
        pieceBytes: options.pieceBytes,
        isAlive: (other, table) =>
          tables.get(other) === table && gates.get(other)?.isKilled === false,
      });
      tables.set(pid, startOptions.processTable ?? PROCESS_TABLE);
      gates.set(pid, process.gate);
      return process.running;
    },
    makeFifo: ground.makeFifo,
    settle,
    watch: () => clock.sleep(WATCH_MS),
    notes: async () => unknownRequests(hub),
    async [Symbol.asyncDispose]() {
      for (const gate of gates.values()) gate.killNow();
      await settle();
      detach();
      await ground.dispose();
      if (clock.failure !== undefined) throw clock.failure;
      if (hub.harnessErrors.length > 0)
        throw new HarnessError(`Cannot judge: ${hub.harnessErrors.join("; ")}`);
    },
  };
}

/** What was asked for and is on no hub, once each, for the report. */
export function unknownRequests({ unknownRoutes }: SimulatedHub): string[] {
  return [...new Set(unknownRoutes)].map((request) => `asked for what no hub knows: ${request}`);
}

/** What a process is told: where models go, and which hub there is. */
function startConfig(
  { root, env, volume, isReadOnly, roots }: StartOptions,
  world: { readonly root: string; readonly endpoint: string },
): SubjectConfig {
  return {
    root: root ?? world.root,
    env: { HF_ENDPOINT: world.endpoint, ...env },
    ...(volume !== undefined && { volume }),
    ...(isReadOnly !== undefined && { isReadOnly }),
    ...(roots !== undefined && { roots }),
  };
}

function clockOf(activity: Activity, front: ReturnType<typeof mswFront>): SimulatedClock {
  return new SimulatedClock({
    startMs: START_MS,
    // A request that stands still is not under way: it ends only when somebody gives it up.
    isBusy: () => activity.disk > 0 || activity.network > front.stalledCount(),
    activity: () => activity.events,
  });
}
