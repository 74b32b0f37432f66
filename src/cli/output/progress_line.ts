import type { Clock, Progress } from "../../../spec/mod.ts";
import type { Output } from "../text_output.ts";
import { formatBytes, formatDuration } from "./format.ts";

/** Where and how progress is shown. */
export interface ProgressLineOptions {
  /** Its columns are asked at each report: a window changes its size meanwhile. */
  readonly output: Output;
  readonly clock: Pick<Clock, "now">;
  /** One line rewritten in place, instead of a few plain lines. */
  readonly isTerminal: boolean;
}

const REWRITE_MS = 100;

/** A plain line needs one of these: so much time, or a step of a tenth after so much time. */
const PLAIN_MS = 5_000;
const PLAIN_STEP_MS = 1_000;
const PLAIN_STEP = 0.1;

/** The rate is that of the last seconds, so that it follows a change and yet can be read. */
const RATE_WINDOW_MS = 8_000;
/** A shorter stretch says nothing about the rate. */
const RATE_MS_MIN = 500;

/** The columns of a terminal that does not say how many it has. */
const COLUMNS_UNKNOWN = 40;

const START_OF_LINE = "\r";
const CLEAR_TO_END = "\u001b[K";

interface Sample {
  readonly atMs: number;
  readonly bytesDone: number;
}

/** Shows progress to a person: bytes, rate, time left and files. */
export class ProgressLine {
  readonly #options: ProgressLineOptions;
  readonly #samples: Sample[] = [];
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #shownFraction = 0;
  #shownPhase: Progress["phase"] | undefined;
  #isLineOpen = false;

  constructor(options: ProgressLineOptions) {
    this.#options = options;
  }

  /** Takes a report of progress and shows it if it is time to. */
  update(progress: Progress): void {
    const nowMs = this.#options.clock.now();
    const sample = { atMs: nowMs, bytesDone: progress.bytesDone };
    this.#addSample(sample);
    if (!this.#isDue(progress, nowMs)) return;
    this.#shownAtMs = nowMs;
    this.#shownFraction = progress.fraction;
    this.#shownPhase = progress.phase;
    const { isTerminal, output } = this.#options;
    const parts = progressParts(progress, this.#bytesPerSecond(sample));
    if (isTerminal) {
      this.#isLineOpen = true;
      // The last column stays free: a line that fills it goes on in the next one on some terminals.
      const text = fitted(parts, (output.columns ?? COLUMNS_UNKNOWN) - 1);
      output.write(`${START_OF_LINE}${text}${CLEAR_TO_END}`);
    } else {
      output.write(`${joined(parts)}\n`);
    }
  }

  /** Takes the rewritten line away, so that the next output begins on a clean one. */
  end(): void {
    if (this.#isLineOpen) this.#options.output.write(`${START_OF_LINE}${CLEAR_TO_END}`);
    this.#isLineOpen = false;
  }

  #isDue(progress: Progress, nowMs: number): boolean {
    // What comes after the end is the caller's result.
    if (progress.phase === "done") return false;
    const sinceMs = nowMs - this.#shownAtMs;
    if (this.#options.isTerminal)
      return sinceMs >= REWRITE_MS || progress.phase !== this.#shownPhase;
    const isStep =
      Math.floor(progress.fraction / PLAIN_STEP) > Math.floor(this.#shownFraction / PLAIN_STEP);
    return sinceMs >= PLAIN_MS || (isStep && sinceMs >= PLAIN_STEP_MS);
  }

  /** Keeps one sample for each rewrite, from the last one before the window on. */
  #addSample(sample: Sample): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.atMs - last.atMs < REWRITE_MS) return;
    this.#samples.push(sample);
    const isOutdated = (next: Sample | undefined) =>
      next !== undefined && sample.atMs - next.atMs >= RATE_WINDOW_MS;
    while (isOutdated(this.#samples[1])) this.#samples.shift();
  }

  #bytesPerSecond(now: Sample): number | undefined {
    const first = this.#samples[0];
    if (first === undefined || now.atMs - first.atMs < RATE_MS_MIN) return undefined;
    return ((now.bytesDone - first.bytesDone) / (now.atMs - first.atMs)) * 1000;
  }
}

/** A part of the line, and when it is left out: the highest number first. */
interface Part {
  readonly text: string;
  readonly rank: number;
}

function progressParts(progress: Progress, bytesPerSecond: number | undefined): readonly Part[] {
  const { bytesDone, bytesTotal, filesDone, filesTotal, fraction } = progress;
  const parts: Part[] = [
    // Rounded down: 100 % is only what is done.
    { text: `${String(Math.floor(fraction * 100)).padStart(3)} %`, rank: 0 },
    {
      text: `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
      rank: progress.phase === "publish" ? 2 : 1,
    },
  ];
  if (progress.phase === "publish") {
    parts.push({ text: "putting files into place", rank: 1 });
  } else if (bytesPerSecond !== undefined) {
    parts.push({ text: `${formatBytes(bytesPerSecond)}/s`, rank: 3 });
    const leftMs = ((bytesTotal - bytesDone) / bytesPerSecond) * 1000;
    if (Number.isFinite(leftMs)) parts.push({ text: `${formatDuration(leftMs)} left`, rank: 2 });
  }
  parts.push({ text: `${filesDone}/${filesTotal} files`, rank: 4 });
  return parts;
}

/** The parts that fit, and of the first no more than fits: a longer line would wrap, and not be rewritten. */
function fitted(parts: readonly Part[], columns: number): string {
  for (let rank = 4; rank >= 0; rank--) {
    const text = joined(parts.filter((part) => part.rank <= rank));
    if (text.length <= columns) return text;
  }
  return joined(parts).slice(0, Math.max(0, columns));
}

function joined(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join("  ");
}
