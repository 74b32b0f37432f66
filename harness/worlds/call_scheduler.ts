import type { Activity } from "./activity.ts";

/** Turns of the event loop without any activity after which the call that was let through has come to rest. */
const QUIET_TURNS = 2;

/** Turns of the event loop after which a call that is still under way counts as slow. */
const TURNS_MAX = 30;

/** A place in a run where another call goes first than the one whose turn it is. */
export interface Preemption {
  /** Which call of the disk or the network in the whole world, from 1. */
  readonly atCall: number;
  /** Which of the others that wait, from 1; more than there are counts round. */
  readonly pick: number;
}

/**
 * The order of the calls of several processes and tasks, as data: the process that went last goes on as long as it
 * can, but for the places that are named here.
 */
export type Schedule = readonly Preemption[];

interface Waiter {
  readonly pid: number;
  readonly go: () => void;
}

/** What the callScheduler must know of the world. */
export interface TurnstileOptions {
  readonly activity: Activity;
  /** Requests that stand still and will not end by themselves. */
  readonly stalledCount: () => number;
}

/**
 * Lets the calls of all processes through one at a time: each only when all that went before have come to rest. So
 * the order of what happens in a world is drawn, is part of a case, and can be replayed.
 *
 * Calls that wait here are under way for the clock, which therefore stands still meanwhile; none waits for the clock,
 * so none is held for ever.
 */
export class CallScheduler {
  readonly #picks: ReadonlyMap<number, number>;
  readonly #options: TurnstileOptions;
  readonly #waiting: Waiter[] = [];
  #calls = 0;
  #lastPid: number | undefined;
  #isRunning = false;

  constructor(schedule: Schedule, options: TurnstileOptions) {
    this.#picks = new Map(schedule.map(({ atCall, pick }) => [atCall, pick]));
    this.#options = options;
  }

  /** Resolves when it is the caller's turn. @throws the signal's reason, when that comes first */
  async pass(pid: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { pid, go: resolve };
    const leave = () => {
      const at = this.#waiting.indexOf(waiter);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(signal.reason);
    };
    this.#waiting.push(waiter);
    signal.addEventListener("abort", leave, { once: true });
    if (!this.#isRunning) void this.#run();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await this.#rest();
      this.#next()?.go();
    }
    this.#isRunning = false;
  }

  /** Waits until nothing moves but what waits here. */
  async #rest(): Promise<void> {
    const { activity } = this.#options;
    let events = activity.events;
    for (let quietTurns = 0, turns = 0; quietTurns < QUIET_TURNS; turns++) {
      // A disk that is slow is given time; turning round meanwhile would only take it away from it.
      const isSlow = turns > TURNS_MAX && this.#isBusy();
      await new Promise((resolve) => (isSlow ? setTimeout(resolve, 1) : setImmediate(resolve)));
      const isQuiet = !this.#isBusy() && activity.events === events;
      events = activity.events;
      quietTurns = isQuiet ? quietTurns + 1 : 0;
    }
  }

  #isBusy(): boolean {
    const { activity, stalledCount } = this.#options;
    return activity.disk + activity.network - this.#waiting.length > stalledCount();
  }

  #next(): Waiter | undefined {
    const first = this.#waiting.find(({ pid }) => pid === this.#lastPid) ?? this.#waiting[0];
    if (first === undefined) return undefined;
    this.#calls++;
    const pick = this.#picks.get(this.#calls) ?? 0;
    const others = this.#waiting.filter((waiter) => waiter !== first);
    const chosen =
      (pick > 0 ? others[(pick - 1) % Math.max(1, others.length)] : undefined) ?? first;
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    this.#lastPid = chosen.pid;
    return chosen;
  }
}
