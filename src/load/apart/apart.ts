import { ModelError } from "../../errors.ts";
import { Thread, type TimeBudget, type WorkOutcome } from "../../node/thread.ts";
import type { ApartTask, ApartTasks } from "./apart_task.ts";

/** Seconds that the files of one model may take, all together; the largest known tokenizer takes two. */
export const LIMIT_SECONDS = 8;
/** Memory for the objects of one file; the largest known tokenizer takes 500 MiB. */
export const HEAP_MIB = 1_024;

/** What a task answered, or why it has no answer, as a sentence about the file. */
export type ApartAnswer<Name extends keyof ApartTasks> =
  | { readonly isJudged: true; readonly output: ApartTasks[Name]["output"] }
  | { readonly isJudged: false; readonly why: string };

/** Options of {@linkcode apart}. */
export interface ApartOptions {
  readonly budget: TimeBudget;
  readonly signal?: AbortSignal | undefined;
}

/** The time for one model's files. */
export function timeBudget(): TimeBudget {
  return { leftMs: LIMIT_SECONDS * 1000 };
}

/** A thread that waits for work: to start one takes longer than most of the work. */
let idle: Thread | undefined;

/**
 * Does one task in a thread of its own, within limits of time and memory; a cancel ends it at once.
 *
 * @throws the signal's reason, when it fires first
 */
export async function apart<Name extends keyof ApartTasks>(
  name: Name,
  input: ApartTasks[Name]["input"],
  options: ApartOptions,
): Promise<ApartAnswer<Name>> {
  if (options.budget.leftMs <= 0) return { isJudged: false, why: describe({ kind: "time" }) };
  const thread = takeThread();
  const answer = await ask(thread, { name, input } as ApartTask, options);
  await giveBack(thread);
  return answer as ApartAnswer<Name>;
}

function takeThread(): Thread {
  const thread = idle === undefined || idle.isEnded ? startThread() : idle;
  idle = undefined;
  return thread;
}

async function giveBack(thread: Thread): Promise<void> {
  if (idle === undefined && !thread.isEnded) idle = thread;
  else await thread.close();
}

/** A thread that keeps a tokenizer open; close it when it is not needed any more. */
export class ApartCodec implements AsyncDisposable {
  readonly #thread = takeThread();
  readonly #directory: string;
  /** Tasks that have no answer yet. */
  #open = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Does one task with the tokenizer.
   *
   * @throws {ModelError} `corrupt-model` when it does not end within its time and memory, or fails
   */
  async ask<Name extends "open" | "encode" | "decode">(
    name: Name,
    input: ApartTasks[Name]["input"],
    signal?: AbortSignal,
  ): Promise<ApartTasks[Name]["output"]> {
    const options = { budget: timeBudget(), signal };
    this.#open++;
    const answer = await ask(this.#thread, { name, input } as ApartTask, options).finally(
      () => this.#open--,
    );
    if (answer.isJudged) return answer.output as ApartTasks[Name]["output"];
    throw new ModelError(
      "corrupt-model",
      `Cannot use the tokenizer of "${this.#directory}" (${name}): ${answer.why}; use another copy of the model`,
    );
  }

  /** Lets go of the tokenizer; a thread that is in the middle of something is ended, another one waits for work. */
  async [Symbol.asyncDispose](): Promise<void> {
    const isAtWork = this.#open > 0;
    if (isAtWork || this.#thread.isEnded) return await this.#thread.close();
    await ask(this.#thread, { name: "shut", input: undefined }, { budget: timeBudget() });
    await giveBack(this.#thread);
  }
}

function startThread(): Thread {
  // Beside this module, compiled or not.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Thread(new URL(`./apart_worker.${extension}`, import.meta.url), { heapMiB: HEAP_MIB });
}

async function ask(
  thread: Thread,
  task: ApartTask,
  options: ApartOptions,
): Promise<ApartAnswer<keyof ApartTasks>> {
  const outcome = await thread.run(task, options);
  if (outcome.kind !== "done") return { isJudged: false, why: describe(outcome) };
  return { isJudged: true, output: outcome.value as never };
}

function describe(outcome: Exclude<WorkOutcome, { readonly kind: "done" }>): string {
  if (outcome.kind === "time") return `Not judged within ${LIMIT_SECONDS} s`;
  if (outcome.kind === "memory") return `Not judged within ${HEAP_MIB} MiB of memory`;
  return `Not judged: ${outcome.why}`;
}
