import { join } from "node:path";
import type { Host } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { readSmallFile, temporaryName, unlinkIfThere } from "../disk/small_file.ts";
import { namesIn } from "../disk/walk.ts";
import { throwIfAborted } from "../cancellation.ts";

/** How often the holder shows that it lives, in milliseconds. */
const HEARTBEAT_MS = 2_000;
/** How long a claim may stand still before its holder counts as dead, in milliseconds. */
const SILENCE_MS_MAX = 15_000;
/** How often a waiter looks, in milliseconds. */
const LOOK_MS = 250;

/** What a lock needs of the host. */
export type LockHost = Pick<Host, "files" | "clock" | "random" | "processes">;

/**
 * Makes this the only task of any process that works on a model: `DL-CONCURRENT`, `DL-LOCK-DEAD`.
 *
 * Each task puts a claim of its own into the directory and then looks for others: who sees a living one withdraws
 * and waits. Names are never used twice, so removing the claim of a dead process can never hit a new one, and no
 * step needs a lock of the operating system. A claim is dead when its process is gone (by the process table,
 * on the same machine), or when it stood still for 15 seconds (a process number that was given anew, another machine).
 *
 * @param directory holds the claims
 * @returns gives the lock back; awaiting it is enough
 * @throws {ModelError} `cancelled`
 */
export async function lockModel(
  host: LockHost,
  directory: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<AsyncDisposable> {
  const { signal } = options;
  const { machine, pid } = host.processes;
  const watch = new ClaimWatch(host, directory);
  for (;;) {
    throwIfAborted(signal);
    if (!(await watch.isAnyAlive())) {
      const name = `${encodeURIComponent(machine)}.${pid}.${temporaryName(host.random)}`;
      await writeClaim(host, directory, { name });
      if (!(await watch.isAnyAlive(name))) return holdClaim(host, join(directory, name));
      await unlinkIfThere(host.files, join(directory, name));
    }
    // The jitter keeps two waiters from withdrawing in step for ever.
    await sleepOrCancel(host, LOOK_MS * (0.5 + host.random()), signal);
  }
}

/**
 * Does something as the only task that works on a model: `DL-CONCURRENT`.
 *
 * A disk that fails under the work usually refuses to give the lock back too; what the caller hears is the work's failure.
 *
 * @param options see {@linkcode lockModel}; `after` runs once the lock is back, whatever came of the work
 * @throws {ModelError} `cancelled`, and whatever the action throws
 */
export async function withModelLock<T>(
  host: LockHost,
  directory: string,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly action: () => Promise<T>;
    readonly after?: () => Promise<void>;
  },
): Promise<T> {
  const { signal, action, after } = options;
  const lock = await lockModel(host, directory, { signal });
  const release = async () => {
    await lock[Symbol.asyncDispose]();
    await after?.();
  };
  let value: T;
  try {
    value = await action();
  } catch (error) {
    // The claim that stays then is dead after 15 seconds of silence.
    await release().catch(() => {});
    throw error;
  }
  await release();
  return value;
}

async function sleepOrCancel(
  host: LockHost,
  durationMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await host.clock.sleep(durationMs, signal);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
}

async function writeClaim(
  host: LockHost,
  directory: string,
  options: { readonly name: string },
): Promise<void> {
  for (;;) {
    try {
      await makeDirectories(host.files, directory);
      const file = await host.files.open(join(directory, options.name), "wx");
      await file.close();
      return;
    } catch (error) {
      // Another task that has just finished may have removed the empty directory.
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}

/** Why the beating of a lock ends; made once, since an error is made with its stack. */
const RELEASED = new Error("The lock was given back");

function holdClaim(host: LockHost, path: string): AsyncDisposable {
  const stop = new AbortController();
  const beating = beat(host, path, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(RELEASED);
      await beating;
      await unlinkIfThere(host.files, path);
    },
  };
}

async function beat(host: LockHost, path: string, signal: AbortSignal): Promise<void> {
  for (let count = 1; ; count++) {
    try {
      await host.clock.sleep(HEARTBEAT_MS, signal);
    } catch {
      // The lock was given back.
      return;
    }
    try {
      await writeBeat(host, path, count);
    } catch {
      // One refusal must not make the living look dead: the next beat comes in time. On a disk that goes on refusing
      // the work that the lock guards will say so.
    }
  }
}

async function writeBeat(host: LockHost, path: string, count: number): Promise<void> {
  const file = await host.files.open(path, "r+");
  try {
    await file.write(new TextEncoder().encode(String(count)), 0);
  } finally {
    await file.close();
  }
}

/** Tells living claims from dead ones, and removes the dead. */
class ClaimWatch {
  readonly #host: LockHost;
  readonly #directory: string;
  readonly #seen = new Map<string, { readonly text: string; readonly sinceMs: number }>();

  constructor(host: LockHost, directory: string) {
    this.#host = host;
    this.#directory = directory;
  }

  /** @param own a claim that does not count */
  async isAnyAlive(own?: string): Promise<boolean> {
    let alive = false;
    for (const name of await namesIn(this.#host.files, this.#directory)) {
      if (name === own) continue;
      if (await this.#isAlive(name)) alive = true;
      else await unlinkIfThere(this.#host.files, join(this.#directory, name));
    }
    return alive;
  }

  async #isAlive(name: string): Promise<boolean> {
    const { processes, clock, files } = this.#host;
    const [machine, pid] = name.split(/\.(?=\d+\.[0-9a-f]+\.tmp$)|\.(?=[0-9a-f]+\.tmp$)/);
    const isHere = machine === encodeURIComponent(processes.machine);
    if (isHere && !processes.isAlive(Number(pid))) return false;
    const text = await readSmallFile(files, join(this.#directory, name));
    if (text === undefined) return false;
    const before = this.#seen.get(name);
    if (before === undefined || before.text !== text) {
      this.#seen.set(name, { text, sinceMs: clock.now() });
      return true;
    }
    return clock.now() - before.sinceMs < SILENCE_MS_MAX;
  }
}
