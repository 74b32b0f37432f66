import { ProcessKilled } from "../errors.ts";
import type { Activity } from "./activity.ts";
import type { CallScheduler } from "./call_scheduler.ts";

/** Where a process is killed. */
export type KillPoint =
  /** At the nth change of the disk, from 1: before it takes effect, or after half of a write. */
  | { readonly at: "operation"; readonly nth: number; readonly torn?: boolean }
  /** When the nth piece of a body arrives, from 1. */
  | { readonly at: "chunk"; readonly nth: number }
  /** When it reports progress for the nth time, from 1. */
  | { readonly at: "event"; readonly nth: number };

/** Where a process stands still, as after SIGSTOP or in a machine that sleeps, and then goes on. */
export interface StandStill {
  /** Which call of the disk or the network it is about to make, from 1. */
  readonly atCall: number;
  /** For how long, in milliseconds. */
  readonly durationMs: number;
}

/** Where a process stands still, and the clock by which it does. */
interface StandingStill extends StandStill {
  readonly sleep: (durationMs: number) => Promise<void>;
}

/** Stands between a simulated process and the world; once the process is killed nothing passes any more. */
export class ProcessGate {
  readonly killed: Promise<never>;
  readonly #activity: Activity;
  readonly #turn: () => Promise<void>;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  readonly #cleanups = new Set<() => Promise<void>>();
  #reject: (error: ProcessKilled) => void = () => {};
  readonly #standStill: StandingStill | undefined;
  #calls = 0;
  /** Resolves when the process goes on; undefined while it does not stand still. */
  #stopped: Promise<void> | undefined;
  #disk = 0;
  #network = 0;

  /** @param order decides when a call goes on, where several processes take turns */
  constructor(
    activity: Activity,
    order?: {
      readonly callScheduler: CallScheduler | undefined;
      readonly pid: number;
      readonly standStill?: StandingStill | undefined;
    },
  ) {
    this.#standStill = order?.standStill;
    this.#activity = activity;
    this.#turn = async () => order?.callScheduler?.pass(order.pid, this.signal);
    this.killed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Nobody need be waiting when a process dies.
    this.killed.catch(() => {});
  }

  get isKilled(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Fires at the kill; ends what the process waited for in the world. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Lets one call through, counted; after the kill it never answers. */
  async pass<T>(kind: "disk" | "network", action: () => Promise<T>): Promise<T> {
    if (this.isKilled) return never();
    this.#count(kind, 1);
    const call = this.#turn()
      .then(() => this.#standWhereDue(kind))
      .then(action);
    this.#inFlight.add(call);
    try {
      return await call;
    } finally {
      this.#inFlight.delete(call);
      if (!this.isKilled) this.#count(kind, -1);
      await this.goesOn();
      if (this.isKilled) await never();
    }
  }

  /** Resolves at once, or when a process that stands still goes on. */
  async goesOn(): Promise<void> {
    while (this.#stopped !== undefined) await this.#stopped;
  }

  /** A call of a process that stands still is not under way: time passes meanwhile. */
  async #standWhereDue(kind: "disk" | "network"): Promise<void> {
    const { atCall, durationMs, sleep } = this.#standStill ?? {};
    if (++this.#calls === atCall && durationMs !== undefined) {
      this.#stopped = sleep?.(durationMs).then(() => {
        this.#stopped = undefined;
      });
    }
    if (this.#stopped === undefined || this.isKilled) return;
    this.#count(kind, -1);
    await Promise.race([this.goesOn(), this.killed]);
    this.#count(kind, 1);
  }

  /** Registers what the operating system does for a dead process, such as closing its files. */
  onKill(cleanup: () => Promise<void>): () => void {
    this.#cleanups.add(cleanup);
    return () => this.#cleanups.delete(cleanup);
  }

  /** As `kill -9`: from this moment on the process does nothing. */
  killNow(): void {
    if (this.isKilled) return;
    const killed = new ProcessKilled("the process was killed");
    this.#stop.abort(killed);
    this.#activity.disk -= this.#disk;
    this.#activity.network -= this.#network;
    this.#activity.events++;
    this.#reject(killed);
  }

  /** Waits until the disk has done what the dead process had asked for, and cleans up after it. */
  async settle(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      Promise.allSettled(this.#inFlight),
      // A request that nobody answers is in flight for ever.
      new Promise((resolve) => {
        timer = setTimeout(resolve, 1000);
      }),
    ]);
    clearTimeout(timer);
    for (const cleanup of this.#cleanups) await cleanup();
    this.#cleanups.clear();
  }

  #count(kind: "disk" | "network", by: number): void {
    if (kind === "disk") this.#disk += by;
    else this.#network += by;
    this.#activity[kind] += by;
    this.#activity.events++;
  }
}

/** What a dead process gets for an answer. */
function never(): Promise<never> {
  return new Promise(() => {});
}
