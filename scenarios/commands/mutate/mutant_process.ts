/**
 * A process that runs scenarios with one mutant after another switched on.
 *
 * @module
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { MutantAnswer, MutantOrder } from "./mutant_worker.ts";

/** Where the worker is, in an instrumented copy. */
const WORKER = "scenarios/commands/mutate/mutant_worker.ts";
/** What lets the threads of the worker have its mutant too. */
const THREADS = "scenarios/commands/mutate/thread_mutants.ts";
/** The variable that switches a mutant on while the modules are loaded. */
const ACTIVE = "__STRYKER_ACTIVE_MUTANT__";
const START_MS_MAX = 120_000;
const HEAP_MIB = 2_048;

/** A process over an instrumented copy. */
export class MutantProcess {
  readonly #child: ChildProcess;
  /** Ids of the mutants whose places were run while the modules were loaded. */
  readonly atLoad: readonly string[];

  private constructor(child: ChildProcess, atLoad: readonly string[]) {
    this.#child = child;
    this.atLoad = atLoad;
  }

  /**
   * @param mutant one that must be switched on before the modules are loaded
   * @returns undefined when it does not start with that mutant
   */
  static async start(copy: string, mutant?: string): Promise<MutantProcess | undefined> {
    const child = fork(join(copy, WORKER), {
      cwd: copy,
      execArgv: [
        `--max-old-space-size=${HEAP_MIB}`,
        "--disable-warning=ExperimentalWarning",
        `--import=${pathToFileURL(join(copy, THREADS)).href}`,
      ],
      env: { ...process.env, ...(mutant !== undefined && { [ACTIVE]: mutant }) },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const first = await nextMessage<{ atLoad: readonly string[] }>(child, START_MS_MAX);
    if (first !== undefined) return new MutantProcess(child, first.atLoad);
    child.kill("SIGKILL");
    return undefined;
  }

  get isEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** @returns "died" or "no answer", in time; then the process has ended */
  async ask(order: MutantOrder, limitMs: number): Promise<MutantAnswer | "died" | "no answer"> {
    const answer = nextMessage<MutantAnswer>(this.#child, limitMs);
    this.#child.send(order);
    const message = await answer;
    if (message !== undefined) return message;
    const hasDied = this.isEnded;
    // Whoever asks next must see that it has ended.
    const ended = hasDied ? undefined : once(this.#child, "exit");
    this.close();
    await ended;
    return hasDied ? "died" : "no answer";
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }
}

/** The next message, or undefined when the process ends before it or is silent for too long. */
function nextMessage<T>(child: ChildProcess, limitMs: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(undefined), limitMs);
    const onExit = () => end(undefined);
    const end = (message: T | undefined) => {
      clearTimeout(timer);
      child.off("message", end);
      child.off("exit", onExit);
      child.off("error", onExit);
      resolve(message);
    };
    child.on("message", end);
    child.on("exit", onExit);
    child.on("error", onExit);
  });
}
