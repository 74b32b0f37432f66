import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { FAMILY_VARIABLE, leftProcesses, stateOf } from "./left_processes.ts";
import { SubjectFault } from "../errors.ts";

/** Longest line of a subject, in bytes. */
const LINE_BYTES_MAX = 1024 * 1024;
/** Most bytes that a subject may write to its output in all. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
/** How many of the last bytes of its error output are kept. */
const STDERR_BYTES_KEPT = 256 * 1024;
const STOP_MS_MAX = 500;
/** What is shown of it beside a fault. */
const TAIL_LINES = 12;
const TAIL_LINE_LENGTH_MAX = 300;

/** How a subject's process is started. */
export interface SubjectProcessOptions {
  /** Program and arguments; no shell is involved. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment, except the variable that identifies its family. */
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Called once with the fault that ends the connection: too much output, or an unexpected end. */
  readonly onFault: (fault: SubjectFault) => void;
  /** Called when another program killed it. */
  readonly onKilled: () => void;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Living groups: when this process ends, in any way that it can notice, they end too. */
const living = new Set<number>();
process.on("exit", () => {
  for (const pid of living) signalProcess(-pid, "SIGKILL");
});

/** A subject's process and everything that it starts: one process group, which ends as a whole. */
export class SubjectProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #options: SubjectProcessOptions;
  readonly #family = randomUUID();
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #outputBytes = 0;
  #stderr = Buffer.alloc(0);
  #isEnding = false;

  constructor(options: SubjectProcessOptions) {
    this.#options = options;
    const [program = "", ...args] = options.command;
    this.#child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...options.env, [FAMILY_VARIABLE]: this.#family },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    if (this.#child.pid !== undefined) living.add(this.#child.pid);
    const { stdin, stdout, stderr } = this.#child;
    stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    stderr.on("data", (chunk: Buffer) => {
      this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-STDERR_BYTES_KEPT);
    });
    // A subject that has ended reads nothing; its end is reported once, below.
    stdin.on("error", () => {});
    this.ended = this.#watchEnd();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The end of its error output. */
  get stderr(): string {
    return this.#stderr.toString("utf8");
  }

  /** The last lines of it, to show beside a fault. */
  get stderrTail(): readonly string[] {
    // The frames of a stack would push out what it is about, which some runtimes write above them.
    const lines = this.stderr.split("\n").filter((line) => !/^\s*(?:at .*)?$/.test(line));
    return lines.slice(-TAIL_LINES).map((line) => line.trimEnd().slice(0, TAIL_LINE_LENGTH_MAX));
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends its input, and gives it time to end by itself. @returns how it ended, or undefined if it did not */
  async finish(limitMs: number): Promise<ProcessEnd | undefined> {
    this.#isEnding = true;
    this.#child.stdin.end();
    const timer = new AbortController();
    const late = sleep(limitMs, undefined, { signal: timer.signal }).catch(() => undefined);
    const end = await Promise.race([this.ended, late]);
    timer.abort();
    return end ?? undefined;
  }

  /** Kills the whole group, and processes that have left it. @returns how many processes had left the group or outlived it */
  async kill(): Promise<number> {
    this.#isEnding = true;
    this.signal("SIGKILL");
    await this.ended;
    living.delete(this.pid);
    const left = await leftProcesses(this.#family);
    for (const pid of left) signalProcess(pid, "SIGKILL");
    return left.length;
  }

  /** Sends a signal to the group. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid > 0) signalProcess(-this.pid, signal);
  }

  /** Stops the group while an observer inspects what it has done so far. */
  async frozen<T>(look: () => Promise<T>): Promise<T> {
    this.signal("SIGSTOP");
    try {
      await this.#stopped();
      return await look();
    } finally {
      this.signal("SIGCONT");
    }
  }

  async #stopped(): Promise<void> {
    if (process.platform !== "linux") {
      await sleep(5);
      return;
    }
    for (let waitedMs = 0; waitedMs < STOP_MS_MAX; waitedMs++) {
      const stat = await readFile(`/proc/${this.pid}/stat`, "utf8").catch(() => "");
      if (stat === "" || "TZ".includes(stateOf(stat))) return;
      await sleep(1);
    }
  }

  async #watchEnd(): Promise<ProcessEnd> {
    const child = this.#child;
    const outcome = await new Promise<Error | [number | null, NodeJS.Signals | null]>((resolve) => {
      child.once("error", resolve);
      child.once("exit", (code, signal) => resolve([code, signal]));
    });
    if (outcome instanceof Error) {
      const [program] = this.#options.command;
      this.#fault("subject-crash", `it cannot be started as ${program}: ${outcome.message}`);
      return { code: null, signal: null };
    }
    // Output until then counts; a grandchild may hold the pipes open for ever.
    if (!child.stdout.readableEnded)
      await Promise.race([new Promise((resolve) => child.once("close", resolve)), sleep(200)]);
    const [code, signal] = outcome;
    if (!this.#isEnding && signal === "SIGKILL") {
      this.#options.onKilled();
    } else if (!this.#isEnding) {
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      // With these codes a launcher, as a shell, says that there is no such program or that it is none.
      const isAbsent = code === 127 || code === 126;
      const what = isAbsent
        ? `it cannot be started (exit code ${code})`
        : `it ended ${how} by itself`;
      const [said] = this.stderrTail.slice(-1);
      this.#fault("subject-crash", said === undefined ? what : `${what}: ${said}`);
    }
    return { code, signal };
  }

  #read(chunk: Buffer): void {
    this.#outputBytes += chunk.length;
    if (this.#outputBytes > OUTPUT_BYTES_MAX) {
      this.#flood(`it wrote more than ${OUTPUT_BYTES_MAX} bytes`);
      return;
    }
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...this.#pending, rest.subarray(0, end)]).toString("utf8");
      this.#pending = [];
      this.#pendingBytes = 0;
      rest = rest.subarray(end + 1);
      if (line.trim() !== "") this.#options.onLine(line);
    }
    this.#pending.push(rest);
    this.#pendingBytes += rest.length;
    if (this.#pendingBytes > LINE_BYTES_MAX)
      this.#flood(`a line is longer than ${LINE_BYTES_MAX} bytes`);
  }

  #flood(what: string): void {
    this.#child.stdout.destroy();
    this.#fault("subject-protocol", what);
    this.signal("SIGKILL");
  }

  #fault(kind: "subject-protocol" | "subject-crash", message: string): void {
    if (kind === "subject-protocol") this.#isEnding = true;
    this.#options.onFault(new SubjectFault(kind, message));
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}
