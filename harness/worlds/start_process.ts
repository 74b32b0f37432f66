import type { Fetch, FileSystem, Host, ModelManager, Place, Subject } from "../../spec/mod.ts";
import type { Activity } from "./activity.ts";
import { gatedFetch } from "./gated_fetch.ts";
import { gatedFiles, type KillPlan } from "./gated_files.ts";
import { linkedSignal } from "./linked_signal.ts";
import { ProcessGate } from "./process_gate.ts";
import type { RunningSubject, StartOptions } from "./world.ts";

/** What a process is made of. */
export interface StartProcessOptions extends Pick<StartOptions, "files" | "fetch"> {
  readonly pid: number;
  readonly host: Omit<Host, "processes">;
  readonly place: Place;
  readonly activity: Activity;
  readonly isAlive: (pid: number) => boolean;
}

/** Starts a simulated process of a subject. */
export function startProcess(
  subject: Subject,
  options: StartProcessOptions,
): { readonly running: RunningSubject; readonly gate: ProcessGate } {
  const { pid, activity } = options;
  const gate = new ProcessGate(activity);
  const plan: KillPlan = { point: undefined, changes: 0, chunks: 0 };
  const manager = subject.start(processHost(options, { gate, plan }), options.place);
  // What the process had promised can no longer be kept when it dies.
  const bound = <T>(action: () => Promise<T>): Promise<T> => {
    const answer = Promise.resolve().then(action);
    answer.catch(() => {});
    return Promise.race([answer, gate.killed]);
  };
  const calls: ModelManager = {
    download: (request, waiting) => bound(() => manager.download(request, waiting)),
    downloadUrl: (request, waiting) => bound(() => manager.downloadUrl(request, waiting)),
    locate: (request) => bound(() => manager.locate(request)),
    status: (request) => bound(() => manager.status(request)),
    verify: (request, waiting) => bound(() => manager.verify(request, waiting)),
    list: () => bound(() => manager.list()),
    remove: (request) => bound(() => manager.remove(request)),
    migrate: (request, waiting) => bound(() => manager.migrate(request, waiting)),
    check: (request, waiting) => bound(() => manager.check(request, waiting)),
  };
  const running: RunningSubject = {
    ...calls,
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

function processHost(
  options: StartProcessOptions,
  context: { readonly gate: ProcessGate; readonly plan: KillPlan },
): Host {
  const { gate, plan } = context;
  const { host, pid, isAlive } = options;
  const files: FileSystem = gatedFiles(options.files?.(host.files) ?? host.files, gate, { plan });
  const fetch: Fetch = gatedFetch(options.fetch?.(host.fetch) ?? host.fetch, gate, { plan });
  return {
    files,
    fetch,
    clock: {
      now: () => host.clock.now(),
      sleep: async (durationMs, signal) => {
        const link = linkedSignal(gate.signal, signal);
        try {
          await host.clock.sleep(durationMs, link.signal);
        } catch (error) {
          if (gate.isKilled) return await new Promise<never>(() => {});
          throw signal?.aborted ? signal.reason : error;
        } finally {
          link.release();
        }
      },
    },
    random: host.random,
    processes: { machine: "simulated", pid, isAlive: (other) => other === pid || isAlive(other) },
  };
}
