import type {
  Fetch,
  FileSystem,
  Host,
  ModelManager,
  SubjectConfig,
  Subject,
  WaitOptions,
} from "../../spec/mod.ts";
import { cappedFiles } from "../disk/wrappers/capped_files.ts";
import { guardedFiles } from "../disk/wrappers/guarded_files.ts";
import { observingFiles } from "../disk/wrappers/observing_files.ts";
import type { SubjectOperation } from "../subjects/message.ts";
import type { Activity } from "./activity.ts";
import { gatedFetch } from "./gated_fetch.ts";
import { gatedFiles, type KillPlan } from "./gated_files.ts";
import { linkedSignal } from "./linked_signal.ts";
import { optionalCalls } from "./optional_calls.ts";
import { observedHost } from "./observed_host.ts";
import { ProcessGate } from "./process_gate.ts";
import type { CallScheduler } from "./call_scheduler.ts";
import type { RunningSubject, StartOptions } from "./world.ts";
import { wellFormed } from "./well_formed.ts";
import type { WorldTrace } from "./world_trace.ts";

/** Where processes run that are started without a place of their own. */
export const PROCESS_TABLE = "simulated";

/** What a process is made of. */
export interface StartProcessOptions extends Pick<
  StartOptions,
  | "files"
  | "fetch"
  | "relay"
  | "look"
  | "programs"
  | "compute"
  | "observe"
  | "guarded"
  | "fileBytesMax"
  | "standStill"
  | "clockJumps"
  | "processTable"
> {
  readonly pid: number;
  readonly host: Omit<Host, "processes">;
  readonly config: SubjectConfig;
  readonly activity: Activity;
  readonly callScheduler?: CallScheduler | undefined;
  readonly trace?: WorldTrace | undefined;
  /** As {@linkcode OpenFile.pieceBytes}. */
  readonly pieceBytes?: number | undefined;
  readonly isAlive: (pid: number, processTable: string) => boolean;
}

/** Starts a simulated process of a subject. */
export function startProcess(
  subject: Subject,
  options: StartProcessOptions,
): { readonly running: RunningSubject; readonly gate: ProcessGate } {
  const { pid, activity } = options;
  const { callScheduler, host, standStill } = options;
  const gate = new ProcessGate(activity, {
    pid,
    callScheduler,
    standStill: standStill && { ...standStill, sleep: (ms) => host.clock.sleep(ms) },
  });
  const plan: KillPlan = { point: undefined, changes: 0, chunks: 0 };
  const manager = subject.start(processHost(options, { gate, plan }), options.config);
  // What the process had promised can no longer be kept when it dies.
  const bound = <T>(action: () => Promise<T>): Promise<T> => {
    const answer = Promise.resolve().then(action);
    answer.catch(() => {});
    return Promise.race([answer, gate.killed]);
  };
  let events = 0;
  const counted = (waiting: WaitOptions = {}): WaitOptions => ({
    ...waiting,
    onProgress: (progress) => {
      events++;
      if (plan.point?.at === "event" && plan.point.nth === events) gate.killNow();
      if (!gate.isKilled) waiting.onProgress?.(progress);
    },
  });
  const running: RunningSubject = {
    ...callsOf(manager, { bound, counted }),
    pid,
    get changes() {
      return plan.changes;
    },
    get chunks() {
      return plan.chunks;
    },
    get isKilled() {
      return gate.isKilled;
    },
    killAt: (point) => {
      plan.point = point;
    },
    kill: async () => {
      gate.killNow();
      await gate.settle();
    },
  };
  return { running, gate };
}

/** What can be asked of the process, each answer held against its form. */
function callsOf(
  manager: ModelManager,
  by: {
    readonly bound: <T>(action: () => Promise<T>) => Promise<T>;
    readonly counted: (waiting?: WaitOptions) => WaitOptions;
  },
): ModelManager {
  const { bound, counted } = by;
  const asked = <T>(operation: SubjectOperation, action: () => Promise<T>): Promise<T> =>
    wellFormed(operation, bound(action));
  return {
    download: (request, waiting) =>
      asked("download", () => manager.download(request, counted(waiting))),
    downloadUrl: (request, waiting) =>
      asked("downloadUrl", () => manager.downloadUrl(request, counted(waiting))),
    locate: (request) => asked("locate", () => manager.locate(request)),
    status: (request) => asked("status", () => manager.status(request)),
    verify: (request, waiting) => asked("verify", () => manager.verify(request, waiting)),
    list: () => asked("list", () => manager.list()),
    remove: (request) => asked("remove", () => manager.remove(request)),
    migrate: (request, waiting) => asked("migrate", () => manager.migrate(request, waiting)),
    check: (request, waiting) => asked("check", () => manager.check(request, waiting)),
    ...optionalCalls(manager, bound),
  };
}

function processHost(
  options: StartProcessOptions,
  context: { readonly gate: ProcessGate; readonly plan: KillPlan },
): Host {
  const { gate, plan } = context;
  const { host, pid, isAlive, processTable = PROCESS_TABLE } = options;
  const { relay, pieceBytes } = options;
  const wire = relay?.(host.fetch) ?? host.fetch;
  const bounded = withinBounds(options.files?.(host.files) ?? host.files, options);
  const ports = {
    files: options.look === undefined ? bounded : observingFiles(bounded, options.look),
    fetch: options.fetch?.(wire) ?? wire,
    programs: options.programs,
  };
  const { observe } = options;
  const noted = observe === undefined ? ports : observedHost(ports, observe);
  const seen = traced(options, { ...noted, gate });
  const files: FileSystem = gatedFiles(seen.files, gate, { plan, pieceBytes });
  const fetch: Fetch = gatedFetch(seen.fetch, gate, { plan });
  return {
    files,
    fetch,
    clock: {
      now: wallClock(options),
      elapsedMs: () => host.clock.now(),
      sleep: async (durationMs, signal) => {
        const link = linkedSignal(gate.signal, signal);
        try {
          await host.clock.sleep(durationMs, link.signal);
        } catch (error) {
          if (gate.isKilled) return await new Promise<never>(() => {});
          throw signal?.aborted ? signal.reason : error;
        } finally {
          link.release();
          await gate.goesOn();
        }
      },
    },
    random: host.random,
    ...(noted.programs && { programs: noted.programs }),
    ...(options.compute && { compute: options.compute }),
    processes: {
      machine: processTable,
      pid,
      started: "1",
      isAlive: (other) => other === pid || isAlive(other, processTable),
    },
  };
}

/** The time as this process reads it, with what its clock is set to meanwhile. */
function wallClock({ host, clockJumps = [] }: StartProcessOptions): () => number {
  const startMs = host.clock.now();
  return () => {
    const nowMs = host.clock.now();
    const due = clockJumps.filter(({ afterMs }) => nowMs - startMs >= afterMs);
    return due.reduce((shownMs, { byMs }) => shownMs + byMs, nowMs);
  };
}

/** The disk as the system lets this process have it. */
function withinBounds(files: FileSystem, options: StartProcessOptions): FileSystem {
  const { guarded, fileBytesMax } = options;
  const capped = fileBytesMax === undefined ? files : cappedFiles(files, { fileBytesMax });
  return guarded === undefined ? capped : guardedFiles(capped, guarded);
}

/** What the process sees of disk and network, noted if somebody wants to know. */
function traced(
  options: StartProcessOptions,
  seen: { readonly files: FileSystem; readonly fetch: Fetch; readonly gate: ProcessGate },
): { readonly files: FileSystem; readonly fetch: Fetch } {
  const { trace, pid, config, host } = options;
  if (trace === undefined) return seen;
  const process = { pid, root: config.root, clock: host.clock };
  trace.note(process, "starts");
  seen.gate.signal.addEventListener("abort", () => trace.note(process, "is killed"));
  return { files: trace.files(seen.files, process), fetch: trace.fetch(seen.fetch, process) };
}
