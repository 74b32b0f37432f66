import type { ChildProcess, Clock, ProcessEnd, RunnerLimits } from "../../spec/mod.ts";
import type { RunnerEvent, RunnerRequest } from "../../spec/runner_messages.ts";
import { ModelError } from "../errors.ts";
import { throwIfAborted } from "../cancellation.ts";
import { StderrTail } from "./stderr_tail.ts";
import { MessageReader } from "./message_reader.ts";

/** Memory is looked at this often while somebody waits. */
const MEMORY_MS = 500;

/** One wait for a message. */
export interface ChannelWait {
  /** What is attempted, for a message to people: `Cannot {what}: …`. */
  readonly what: string;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The pipes of a runner under watch: time, memory, amount, and that no process is left when something is wrong. */
export class RunnerChannel {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #limits: RunnerLimits;
  readonly #reader: MessageReader;
  readonly #stderrTail: StderrTail;
  #name: string;
  #failure: ModelError | undefined;
  #isClosed = false;

  constructor(
    child: ChildProcess,
    options: { readonly name: string; readonly clock: Clock; readonly limits: RunnerLimits },
  ) {
    this.#child = child;
    this.#name = options.name;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#reader = new MessageReader(child.stdout, options.limits);
    this.#stderrTail = new StderrTail(child.stderr, options.limits);
  }

  /** Names the runner by what it calls itself. */
  rename(name: string): void {
    this.#name = name;
  }

  /** Begins a request: amounts count anew. @throws the failure that ended the runner */
  begin(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isClosed)
      throw new ModelError(
        "runner-unavailable",
        "Cannot send a request to a runner that was ended",
      );
    this.#reader.forget();
    this.#stderrTail.forget();
  }

  /** Runs one exchange; when it fails so that the runner cannot be trusted any more, the runner is ended. */
  async guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw await this.fail(error);
    }
  }

  /** Ends the runner for a failure, unless it only refused or was cancelled and obeyed. @returns the failure */
  async fail(error: unknown): Promise<unknown> {
    const isSpoken =
      error instanceof ModelError &&
      ["runner-failed", "unsupported", "cancelled"].includes(error.code);
    if (isSpoken) return error;
    if (error instanceof ModelError) this.#failure = error;
    await this.kill();
    return error;
  }

  /** Ends the runner at once. */
  async kill(): Promise<void> {
    this.#child.kill();
    await this.#atMost(this.#child.ended, this.#limits.endMs);
  }

  /** Sends a request; a runner that does not read it is out of time. */
  async send(request: RunnerRequest, wait: ChannelWait): Promise<void> {
    const written = this.#child.write(`${JSON.stringify(request)}\n`).then(
      () => true,
      // Its end says more than the broken pipe.
      () => true,
    );
    if ((await this.#atMost(written, wait.limitMs)) === undefined) throw this.#timeout(wait);
  }

  /**
   * Waits for the next message.
   *
   * @throws {ModelError} `runner-died`, `runner-no-answer`, `runner-timeout`, `runner-flood`, `runner-protocol`,
   * `runner-memory`, or `cancelled` when the signal fires
   */
  async next(wait: ChannelWait): Promise<RunnerEvent> {
    const done = new AbortController();
    const { signal } = wait;
    throwIfAborted(signal);
    const arrived = this.#reader.takeArrived();
    if (arrived !== undefined) return arrived;
    const onAbort = () => done.abort();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const reading = this.#reader.next();
      reading.catch(() => {});
      const event = await Promise.race([
        reading,
        this.#stderrTail.flood,
        this.#timeLimit(wait, done.signal),
        this.#memoryLimit(wait, done.signal),
      ]);
      return event ?? (await this.#ended(wait));
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      done.abort();
    }
  }

  /** Runs an exchange whose failure is of no interest. @returns undefined when it failed or the time is over */
  async atMost<T>(action: () => Promise<T>, limitMs: number): Promise<T | undefined> {
    const outcome = action().catch(() => undefined);
    return await this.#atMost(outcome, limitMs);
  }

  /** The failure of a runner whose message does not belong here. */
  unexpected(what: string, event: RunnerEvent): ModelError {
    return new ModelError(
      "runner-protocol",
      `Cannot ${what}: the runner ${this.#name} sent a message that does not belong there, and was ended`,
      { actual: JSON.stringify(event).slice(0, 200) },
    );
  }

  /** Ends the runner by ending its input, and after the limit at once. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#child.endInput();
    // What it still says is of no interest, but must not hold it up.
    const drained = this.#drain();
    await this.#atMost(this.#child.ended, this.#limits.endMs);
    this.#child.kill();
    await this.#atMost(Promise.all([this.#child.ended, drained]), this.#limits.endMs);
  }

  async #drain(): Promise<void> {
    try {
      while ((await this.#reader.next()) !== undefined) this.#reader.forget();
    } catch {
      // It is being ended, whatever it says.
    }
  }

  async #ended(wait: ChannelWait): Promise<never> {
    // Output may end a moment before the program does; one that goes on without any is ended.
    const end = await this.#atMost(this.#child.ended, this.#limits.endMs);
    this.#child.kill();
    await this.#atMost(this.#stderrTail.ended, this.#limits.endMs);
    const complaint = this.#stderrTail.lastLine();
    const isQuiet = end === undefined || end.exitCode === 0;
    const why = complaint === "" ? "" : `: ${complaint.replace(/\.$/, "")}`;
    throw new ModelError(
      isQuiet ? "runner-no-answer" : "runner-died",
      `Cannot ${wait.what}: the runner ${this.#name} ${describeEnd(end)} without an answer${why}`,
      { actual: describeEnd(end) },
    );
  }

  async #timeLimit(wait: ChannelWait, done: AbortSignal): Promise<never> {
    await this.#clock.sleep(wait.limitMs, done);
    throw this.#timeout(wait);
  }

  #timeout({ what, limitMs }: ChannelWait): ModelError {
    return new ModelError(
      "runner-timeout",
      `Cannot ${what}: the runner ${this.#name} was silent for ${limitMs} ms and was ended; a larger limit may help`,
      { expected: `an answer within ${limitMs} ms`, actual: "none" },
    );
  }

  async #memoryLimit(wait: ChannelWait, done: AbortSignal): Promise<never> {
    const { memoryBytes } = this.#limits;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a watch looks again and again
      if (memoryBytes === undefined) return await new Promise<never>(() => {});
      // oxlint-disable-next-line no-await-in-loop -- a watch looks again and again
      const heldBytes = await this.#child.memoryBytes();
      if (heldBytes !== undefined && heldBytes > memoryBytes) {
        throw new ModelError(
          "runner-memory",
          `Cannot ${wait.what}: the runner ${this.#name} used more memory than its limit and was ended; a larger limit or a smaller model may help`,
          { expected: `at most ${memoryBytes} bytes`, actual: `${heldBytes} bytes` },
        );
      }
      // oxlint-disable-next-line no-await-in-loop -- a watch looks again and again
      await this.#clock.sleep(MEMORY_MS, done);
    }
  }

  /** @returns what came of it, or undefined when the time is over */
  async #atMost<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
    const done = new AbortController();
    const late = this.#clock.sleep(limitMs, done.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([promise, late]);
    } finally {
      done.abort();
    }
  }
}

function describeEnd(end: ProcessEnd | undefined): string {
  if (end === undefined) return "closed its output";
  return end.signal === undefined
    ? `ended with exit code ${end.exitCode ?? 0}`
    : `was killed by ${end.signal}`;
}
