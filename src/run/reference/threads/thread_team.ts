/** The words of the memory through which threads find each other. */
export const CONTROL = {
  /** Counts the passes that were ordered. */
  ordered: 0,
  /** Threads that wait at the present barrier. */
  arrived: 1,
  /** Counts the barriers that were passed. */
  barrier: 2,
  /** Not 0 when the caller wants the pass to end. */
  cancel: 3,
  /**
   * The number of the last pass that ended early; set while all threads wait. It is never taken back, as a thread
   * may look at it late, when the next pass was ordered already.
   */
  stopped: 4,
  /** The pass: how many tokens, from which position, room for how many positions, whether logits are wanted. */
  tokenCount: 5,
  position: 6,
  capacity: 7,
  wantsLogits: 8,
  /** Here the pass's token ids begin. */
  tokenIds: 16,
} as const;

/** Turns of looking before a thread goes to sleep: barriers are passed within microseconds, unless a core is missing. */
const SPIN_TURNS = 3000;

/** The threads that compute one pass together, seen from one of them. */
export class ThreadTeam {
  readonly index: number;
  readonly count: number;
  readonly #control: Int32Array;
  #pass = 0;

  constructor(control: Int32Array, options: { readonly index: number; readonly count: number }) {
    this.#control = control;
    this.index = options.index;
    this.count = options.count;
  }

  /** Takes the number of the pass that was ordered last. */
  begin(): void {
    this.#pass = Atomics.load(this.#control, CONTROL.ordered);
  }

  /**
   * Waits for all threads; what each wrote before is seen by all after.
   *
   * @returns false when the pass was cancelled; all threads get the same answer
   */
  meet(): boolean {
    const control = this.#control;
    const barrier = Atomics.load(control, CONTROL.barrier);
    if (Atomics.add(control, CONTROL.arrived, 1) + 1 === this.count) {
      // Only the last to arrive decides, so that no thread sees a cancellation that another misses.
      const isCancelled = Atomics.load(control, CONTROL.cancel) !== 0;
      if (isCancelled) Atomics.store(control, CONTROL.stopped, this.#pass);
      Atomics.store(control, CONTROL.arrived, 0);
      Atomics.add(control, CONTROL.barrier, 1);
      Atomics.notify(control, CONTROL.barrier);
    } else {
      for (let turn = 0; turn < SPIN_TURNS; turn++) {
        if (Atomics.load(control, CONTROL.barrier) !== barrier) break;
      }
      while (Atomics.load(control, CONTROL.barrier) === barrier) {
        Atomics.wait(control, CONTROL.barrier, barrier);
      }
    }
    return Atomics.load(control, CONTROL.stopped) !== this.#pass;
  }

  /** This thread's part of `total` things that follow each other; the parts do not overlap. */
  part(total: number): { readonly start: number; readonly end: number } {
    return {
      start: Math.floor((total * this.index) / this.count),
      end: Math.floor((total * (this.index + 1)) / this.count),
    };
  }
}
