/**
 * What a run shows while it goes on: how far it is, and how long it will still take.
 *
 * @module
 */

import type { SuiteTask } from "../../../harness/internal.ts";

/** Time between two lines where there is no terminal to rewrite one, in milliseconds. */
const LINE_MS = 15_000;
const TICK_MS = 1_000;
const CLEAR = "\r\u001B[K";

/** How a progress is shown. */
export interface RunProgressOptions {
  readonly tasks: readonly SuiteTask[];
  /** What a task takes, in any unit; only the ratios count. */
  readonly costOf: (task: SuiteTask) => number;
  /** What the whole run is expected to take, in milliseconds; undefined when nothing is known. */
  readonly expectedMs?: number | undefined;
  readonly write: (text: string) => void;
  /** Columns of the terminal; undefined when it is not a terminal. */
  readonly columns: () => number | undefined;
  /** @default {performance.now} */
  readonly nowMs?: () => number;
}

/** What must be done before the time left is reckoned from it. */
const TELLING_SHARE = 0.05;

/** Shows `[n/m] scenario  elapsed, left`: on a terminal one line that is rewritten, elsewhere a line now and then. */
export class RunProgress implements Disposable {
  readonly #options: RunProgressOptions;
  readonly #startMs: number;
  readonly #costs: number;
  readonly #timer: NodeJS.Timeout;
  #running: SuiteTask[] = [];
  #last = "";
  #done = 0;
  #doneCosts = 0;
  #lineMs: number;
  #isShown = false;

  constructor(options: RunProgressOptions) {
    this.#options = options;
    this.#startMs = this.#nowMs();
    this.#lineMs = this.#startMs;
    this.#costs = options.tasks.reduce((sum, task) => sum + options.costOf(task), 0);
    this.#timer = setInterval(() => this.#show(), TICK_MS);
    this.#timer.unref();
  }

  /** A task was begun. */
  start(task: SuiteTask): void {
    this.#running.push(task);
    this.#show();
  }

  /** A task has ended. */
  finish({ scenario, world }: SuiteTask): void {
    const isIt = (task: SuiteTask) => task.scenario === scenario && task.world === world;
    this.#running = this.#running.filter((task) => !isIt(task));
    this.#last = scenario;
    this.#done++;
    this.#doneCosts += this.#options.costOf({ scenario, world });
    this.#show();
  }

  /** Takes the line away, so that something else can be printed; the next change shows it again. */
  clear(): void {
    if (this.#isShown) this.#options.write(CLEAR);
    this.#isShown = false;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #show(): void {
    const { write, columns } = this.#options;
    const width = columns();
    if (width !== undefined) {
      // The last column stays free: some terminals wrap when it is written.
      write(`${CLEAR}${this.#line(Math.max(0, width - 1))}`);
      this.#isShown = true;
    } else if (this.#nowMs() - this.#lineMs >= LINE_MS) {
      this.#lineMs = this.#nowMs();
      write(`${this.#line(Number.POSITIVE_INFINITY)}\n`);
    }
  }

  /** At most so many columns; the name of the scenario gives way first. */
  #line(width: number): string {
    const name = this.#running.at(-1)?.scenario ?? this.#last;
    const count = `[${this.#done}/${this.#options.tasks.length}]`;
    const times = this.#times();
    const room = width - count.length - times.length - 3;
    const shown = name.length <= room ? name : `${name.slice(0, Math.max(0, room - 1))}…`;
    return room < 2 ? `${count} ${times}`.slice(0, width) : `${count} ${shown}  ${times}`;
  }

  #times(): string {
    const elapsedMs = this.#nowMs() - this.#startMs;
    const leftMs = this.#leftMs(elapsedMs);
    return `${clock(elapsedMs)}${leftMs === undefined ? "" : `, ${clock(leftMs)} left`}`;
  }

  /** By what is done so far, and until then by what is expected of the whole. */
  #leftMs(elapsedMs: number): number | undefined {
    const { expectedMs } = this.#options;
    if (this.#doneCosts > this.#costs * TELLING_SHARE)
      return (elapsedMs * (this.#costs - this.#doneCosts)) / this.#doneCosts;
    return expectedMs === undefined || elapsedMs > expectedMs ? undefined : expectedMs - elapsedMs;
  }

  #nowMs(): number {
    return (this.#options.nowMs ?? (() => performance.now()))();
  }
}

/** A duration as `m:ss`, or `h:mm:ss`. */
function clock(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${String(seconds % 60).padStart(2, "0")}`;
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}
