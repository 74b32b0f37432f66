import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { ModelManager } from "../../../spec/mod.ts";
import { NotApplicable, type SubjectFault, ProcessKilled } from "../../errors.ts";
import type { ProgramSubject } from "../../subjects/program.ts";
import { programManager } from "../../subjects/program_manager.ts";
import { SubjectConnection } from "../../subjects/subject_connection.ts";
import {
  CHANGES_OPTIONS,
  noteCalls,
  NOTING_OPTIONS,
  RECORDING_OPTIONS,
  STRACE,
  tracerLack,
} from "../../tracing/mod.ts";
import type { KillPoint } from "../process_gate.ts";
import { boundsLauncher, whileGuarded } from "./program_bounds.ts";
import type { RunningSubject, StartOptions } from "../world.ts";

/** How long what the hub has sent takes to be dealt with, in milliseconds. */
const ARRIVAL_MS = 250;
/** Kinds of changes that a download makes about equally often. */
const CALL_KINDS = 6;
/** System calls that change a disk, for every architecture that has them; the marked ones are not on all. */
const CHANGING_CALLS =
  "?mkdir,mkdirat,?rename,?renameat,renameat2,?link,linkat,?symlink,symlinkat,?unlink,unlinkat,?rmdir,ftruncate,pwrite64";

/** How a process of a program stands in its world. */
export interface ProgramProcessOptions extends Pick<
  StartOptions,
  "observe" | "recordCalls" | "guarded" | "fileBytesMax"
> {
  readonly subject: ProgramSubject;
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when the next operation may begin. */
  readonly ready: () => Promise<void>;
  readonly onFault: (fault: SubjectFault) => void;
  /** Looks at the disk while the process is held still. */
  readonly look: (() => Promise<void>) | undefined;
  /** Where a tracer may write its log. */
  readonly tracerLog: string;
  /** Decides by its absolute path whether an observer looks at a file. */
  readonly isWatched: (path: string) => boolean;
  /** Ports on loopback at which the world listens. */
  readonly ports: readonly number[];
  /** Gets what the process does, for a case that is shown to somebody. */
  readonly trace?: ProcessTrace | undefined;
}

/** What a trace learns of one process. */
export interface ProcessTrace {
  readonly note: (what: string) => void;
  readonly protocol: (line: { readonly to: boolean; readonly text: string }) => void;
  /** Gets a log of strace with the changes of files since then. */
  readonly changes: (log: { readonly text: string; readonly sinceMs: number }) => void;
}

/** A process of a program, started at its first operation, with what a world must do to it. */
export class ProgramProcess {
  readonly running: RunningSubject;
  readonly #options: ProgramProcessOptions;
  #connection: SubjectConnection | undefined;
  #point: KillPoint | undefined;
  #chunks = 0;
  #events = 0;
  #underWay = 0;
  #isKilled = false;
  #areChangesTraced = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ProgramProcessOptions) {
    this.#options = options;
    const manager = programManager(
      (operation, request, waiting) =>
        this.#call((connection) =>
          connection.call(
            { operation, root: options.root, ...(request === undefined ? {} : { request }) },
            waiting,
          ),
        ),
      options.subject.claims,
    );
    this.running = this.#present(manager);
  }

  /** Called with each piece of a body that the hub has sent; the hub waits for it. */
  async onSent(): Promise<void> {
    if (this.#underWay === 0) return;
    this.#chunks++;
    if (this.#point?.at === "chunk" && this.#point.nth === this.#chunks) {
      // What was sent is to arrive first, and to be dealt with.
      await sleep(ARRIVAL_MS);
      await this.kill();
    }
    await this.look();
  }

  /** Holds the process still and lets the world's observer look. */
  look(): Promise<void> {
    const { look } = this.#options;
    const connection = this.#connection;
    if (look === undefined || connection === undefined || this.#isKilled) return Promise.resolve();
    this.#looking = this.#looking.then(() => connection.process.frozen(look));
    return this.#looking;
  }

  async kill(): Promise<void> {
    if (!this.#isKilled) this.#options.trace?.note("is killed");
    this.#isKilled = true;
    await this.#connection?.kill();
  }

  /** Lets the process end as the protocol says. */
  async finish(): Promise<void> {
    if (this.#isKilled) return;
    await this.#connection?.finish();
  }

  async #call<T>(action: (connection: SubjectConnection) => Promise<T>): Promise<T> {
    await this.#options.ready();
    return whileGuarded(this.#options.guarded, async () => {
      const lack = this.#isTraced ? await tracerLack() : undefined;
      if (lack !== undefined) throw new NotApplicable(lack);
      await this.#prepareTrace();
      return this.#perform(action);
    });
  }

  /** Without strace the table does without changes of files; one that kills counts calls, and is left alone. */
  async #prepareTrace(): Promise<void> {
    const { trace } = this.#options;
    if (trace === undefined || this.#connection !== undefined) return;
    trace.note("starts");
    const lack = this.#point?.at === "operation" ? "strace is to kill it" : await tracerLack();
    this.#areChangesTraced = lack === undefined;
    if (lack !== undefined) trace.note(`changes of files are not shown: ${lack}`);
  }

  async #perform<T>(action: (connection: SubjectConnection) => Promise<T>): Promise<T> {
    const connection = (this.#connection ??= this.#connect());
    this.#underWay++;
    const timer = this.#options.look === undefined ? undefined : this.#lookOften();
    try {
      const value = await this.#observed(() => action(connection));
      await this.#endIfStruck();
      return value;
    } catch (error) {
      await this.#endIfStruck();
      throw error;
    } finally {
      clearInterval(timer);
      this.#underWay--;
      await this.look();
    }
  }

  /** A tracer kills the process that made the call, which may be one of several: all of them are to die. */
  async #endIfStruck(): Promise<void> {
    if (this.#point?.at !== "operation" || this.#isKilled) return;
    const log = await readFile(this.#options.tracerLog, "utf8").catch(() => "");
    if (!log.includes("killed by SIGKILL")) return;
    await this.kill();
    throw new ProcessKilled("the process was killed");
  }

  /** What the program does before its hello is its start, and no part of an operation. */
  async #observed<T>(action: () => Promise<T>): Promise<T> {
    const { observe, recordCalls, trace, tracerLog, isWatched, ports } = this.#options;
    if (!this.#isTraced && !this.#areChangesTraced) return action();
    await this.#connection?.hello();
    const sinceMs = Date.now();
    try {
      return await action();
    } finally {
      const log = await readFile(tracerLog, "utf8");
      if (observe !== undefined) noteCalls(log, observe, { sinceMs, isWatched, ports });
      recordCalls?.(log, { sinceMs });
      if (this.#areChangesTraced) trace?.changes({ text: log, sinceMs });
    }
  }

  get #isTraced(): boolean {
    const { observe, recordCalls } = this.#options;
    return observe !== undefined || recordCalls !== undefined;
  }

  #lookOften(): NodeJS.Timeout {
    let isLooking = false;
    return setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      const done = () => {
        isLooking = false;
      };
      this.look().then(done, done);
    }, 10);
  }

  #connect(): SubjectConnection {
    const { subject, cwd, env, onFault } = this.#options;
    return new SubjectConnection({
      command: [...this.#tracer(), ...boundsLauncher(this.#options), ...subject.program.command],
      cwd,
      env: this.#point?.at === "operation" ? { ...env, UV_THREADPOOL_SIZE: "1" } : env,
      limits: subject.program.limits,
      onProtocol: this.#options.trace?.protocol,
      isToDie: this.#point?.at === "operation",
      onFault: (fault) => {
        if (fault !== undefined) onFault(fault);
        else this.#isKilled = true;
      },
      onEvent: () => {
        this.#events++;
        if (this.#point?.at === "event" && this.#point.nth === this.#events) void this.kill();
      },
    });
  }

  /**
   * A tracer counts each kind of call in each thread by itself, so the nth change of the disk becomes, roughly, the
   * call of some kind that comes as late; which kind and thread it is, the program decides.
   */
  #tracer(): string[] {
    const point = this.#point;
    const { observe, recordCalls, tracerLog } = this.#options;
    const isToDie = point?.at === "operation";
    if (!isToDie && !this.#isTraced && !this.#areChangesTraced) return [];
    const when = isToDie ? Math.max(1, Math.round(point.nth / CALL_KINDS)) : 0;
    const inject = `inject=${CHANGING_CALLS}:signal=SIGKILL:when=${when}`;
    return [
      STRACE,
      "-f",
      "-qq",
      "-o",
      tracerLog,
      ...(observe === undefined ? [] : NOTING_OPTIONS),
      ...(recordCalls === undefined ? [] : RECORDING_OPTIONS),
      ...(this.#areChangesTraced && !this.#isTraced ? CHANGES_OPTIONS : []),
      ...(isToDie ? ["-e", inject] : []),
    ];
  }

  #present(manager: ModelManager): RunningSubject {
    const facts = {
      pid: () => this.#connection?.process.pid ?? 0,
      changes: (): number => {
        throw new NotApplicable("nobody counts how often another process changes the disk");
      },
      chunks: () => this.#chunks,
      isKilled: () => this.#isKilled,
    };
    return {
      ...manager,
      get pid() {
        return facts.pid();
      },
      get changes() {
        return facts.changes();
      },
      get chunks() {
        return facts.chunks();
      },
      get isKilled() {
        return facts.isKilled();
      },
      killAt: (point) => {
        if (point.at === "operation" && !existsSync(STRACE))
          throw new NotApplicable("no strace is installed that could kill at a system call");
        this.#point = point;
      },
      kill: () => this.kill(),
    };
  }
}
