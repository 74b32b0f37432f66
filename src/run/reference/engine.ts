import { ModelError } from "../../errors.ts";
import type { ComputeThreads, EngineSetup } from "./engine_setup.ts";
import { highestLogits } from "./highest_logits.ts";
import { PAGE_BYTES, PAGES_MAX } from "./kernels/memories.ts";
import type { GreedyToken, GreedyOptions, ReferenceModel } from "./reference_model.ts";
import { CONTROL } from "./threads/thread_team.ts";
import { BATCH_TOKENS, CacheLayout } from "./work_layout.ts";

/** What a loaded model says about itself. */
export type ModelFacts = Pick<
  ReferenceModel,
  "architecture" | "parameterCount" | "tensorCount" | "quantization" | "vocabularySize"
>;

/** A loaded model and the threads that compute it. */
export class Engine implements ReferenceModel {
  readonly architecture: string;
  readonly parameterCount: number;
  readonly tensorCount: number;
  readonly quantization: string | undefined;
  readonly vocabularySize: number;
  readonly #setup: EngineSetup;
  readonly #threads: ComputeThreads;
  readonly #control: Int32Array;
  /** Ends when the last generation that was asked for ends. */
  #last: Promise<void> = Promise.resolve();

  constructor(facts: ModelFacts, setup: EngineSetup, threads: ComputeThreads) {
    this.architecture = facts.architecture;
    this.parameterCount = facts.parameterCount;
    this.tensorCount = facts.tensorCount;
    this.quantization = facts.quantization;
    this.vocabularySize = facts.vocabularySize;
    this.#setup = setup;
    this.#threads = threads;
    this.#control = new Int32Array(setup.control);
  }

  async *generate(
    promptIds: readonly number[],
    options: GreedyOptions,
  ): AsyncGenerator<GreedyToken, void, undefined> {
    this.#requireSense(promptIds, options);
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    // A caller that gives up while waiting must not let the next one in before its time.
    this.#last = before.then(async () => await promise);
    try {
      await untilAborted(before, options.signal);
      yield* this.#continue(promptIds, options);
    } finally {
      resolve();
    }
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  async *#continue(
    promptIds: readonly number[],
    options: GreedyOptions,
  ): AsyncGenerator<GreedyToken, void, undefined> {
    const { maxTokens, topLogits = 0, signal, stopIds = [] } = options;
    if (maxTokens === 0) return;
    const capacity = promptIds.length + maxTokens - 1;
    this.#makeRoom(capacity);
    let waiting = promptIds;
    let position = 0;
    for (let index = 0; index < maxTokens; index++) {
      while (waiting.length > 0) {
        const tokens = waiting.slice(0, BATCH_TOKENS);
        waiting = waiting.slice(BATCH_TOKENS);
        const wantsLogits = waiting.length === 0;
        // oxlint-disable-next-line no-await-in-loop -- each token depends on those before
        await this.#pass(tokens, { position, capacity, wantsLogits, signal });
        position += tokens.length;
      }
      const best = highestLogits(this.#logits(), Math.max(1, topLogits));
      const id = best[0]?.id ?? 0;
      yield topLogits > 0 ? { id, topLogits: best } : { id };
      if (stopIds.includes(id)) return;
      waiting = [id];
    }
  }

  async #pass(
    tokens: readonly number[],
    options: {
      readonly position: number;
      readonly capacity: number;
      readonly wantsLogits: boolean;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<void> {
    const { position, capacity, wantsLogits, signal } = options;
    signal?.throwIfAborted();
    const control = this.#control;
    const set = (index: number, value: number) => Atomics.store(control, index, value);
    set(CONTROL.cancel, 0);
    set(CONTROL.tokenCount, tokens.length);
    set(CONTROL.position, position);
    set(CONTROL.capacity, capacity);
    set(CONTROL.wantsLogits, wantsLogits ? 1 : 0);
    tokens.forEach((token, index) => set(CONTROL.tokenIds + index, token));
    const cancel = () => set(CONTROL.cancel, 1);
    signal?.addEventListener("abort", cancel);
    try {
      await this.#threads.run();
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
    signal?.throwIfAborted();
  }

  #logits(): Float32Array {
    const { layout, work } = this.#setup;
    return new Float32Array(work.buffer, layout.logits, this.vocabularySize);
  }

  #makeRoom(capacity: number): void {
    const { plan, layout, work } = this.#setup;
    const { sizeBytes } = new CacheLayout(plan, layout, capacity);
    const pages = Math.ceil(sizeBytes / PAGE_BYTES);
    const missing = pages - work.buffer.byteLength / PAGE_BYTES;
    const refuse = (cause?: unknown) =>
      new ModelError(
        "limit-exceeded",
        `Cannot generate up to ${capacity} positions: keys and values would need ${sizeBytes} bytes. Ask for fewer tokens`,
        { cause },
      );
    if (pages > PAGES_MAX) throw refuse();
    if (missing <= 0) return;
    try {
      work.grow(missing);
    } catch (error) {
      throw refuse(error);
    }
  }

  #requireSense(promptIds: readonly number[], options: GreedyOptions): void {
    const refuse = (why: string) =>
      new ModelError("invalid-argument", `Cannot generate with ${this.architecture}: ${why}`);
    if (promptIds.length === 0) throw refuse("the prompt has no tokens");
    const isId = (id: number) => Number.isSafeInteger(id) && id >= 0 && id < this.vocabularySize;
    const wrong = promptIds.find((id) => !isId(id));
    if (wrong !== undefined) {
      throw refuse(`token ${wrong} is not in the vocabulary of ${this.vocabularySize}`);
    }
    const { maxTokens, topLogits = 0 } = options;
    for (const [name, value] of Object.entries({ maxTokens, topLogits })) {
      if (!Number.isSafeInteger(value) || value < 0) {
        throw refuse(`${name} must be a whole number from 0, it is ${value}`);
      }
    }
  }
}

/** Waits for a promise that never rejects, or rejects with the signal's reason. */
async function untilAborted(waited: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await waited;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    await Promise.race([waited, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
