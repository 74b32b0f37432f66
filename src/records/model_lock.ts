import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { throwIfAborted } from "../cancellation.ts";
import type { Staging } from "../layout/model_place.ts";
import { type ClaimName, formatClaim, newClaim } from "./claim_name.ts";
import { type AbandonedClaim, ClaimWatch } from "./claim_watch.ts";
import { type LockHost, ModelClaim } from "./model_claim.ts";

/** How often a waiter looks, in milliseconds. */
const LOOK_MS = 250;
/** How often the directories of the claims may vanish while a claim is being made. */
const VANISHED_MAX = 100;

/** Options of {@linkcode lockModel}. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** What the claim is for, for those who wait: a word. */
  readonly purpose: "download" | "remove" | "migrate" | "share";
}

/**
 * Makes this the only task of any process that works on a model: `DL-CONCURRENT`, `DL-LOCK-DEAD`.
 *
 * Each task puts a claim of its own into the directory and then looks for others: who sees a living one withdraws
 * and waits. Names are never used twice, so removing an abandoned claim can never hit a new one, and no step needs a
 * lock of the operating system. Which claims are abandoned {@linkcode ClaimWatch} says.
 *
 * @returns the claim; disposing of it gives it back
 * @throws {ModelError} `cancelled`
 */
export async function lockModel(
  host: LockHost,
  staging: Staging,
  options: LockOptions,
): Promise<ModelClaim> {
  const { signal, purpose } = options;
  const watch = new ClaimWatch(host, staging.locks);
  let isAnnounced = false;
  for (;;) {
    throwIfAborted(signal);
    const { living } = await watch.look();
    const [holder] = living;
    if (holder === undefined) {
      const claim = await tryClaim(host, staging, { watch, name: newClaim(host, purpose) });
      if (claim !== undefined) return claim;
    } else if (!isAnnounced) {
      isAnnounced = true;
      host.onWait?.(holder);
    }
    // The jitter keeps two waiters from withdrawing in step for ever.
    const pauseMs = LOOK_MS * (0.5 + host.random());
    await sleepOrCancel(host, pauseMs, signal);
    watch.paused(pauseMs);
  }
}

/**
 * Does something as the only task that works on a model: `DL-CONCURRENT`.
 *
 * A disk that fails under the work usually refuses to give the lock back too; what the caller hears is the work's failure.
 *
 * @param options see {@linkcode lockModel}; `after` runs once the lock is back, whatever came of the work
 * @throws {ModelError} `cancelled`, `claim-lost`, and whatever the action throws
 */
export async function withModelLock<T>(
  host: LockHost,
  staging: Staging,
  options: LockOptions & {
    readonly action: (claim: ModelClaim) => Promise<T>;
    readonly after?: () => Promise<void>;
  },
): Promise<T> {
  const { action, after } = options;
  const claim = await lockModel(host, staging, options);
  const release = async () => {
    await claim[Symbol.asyncDispose]();
    await after?.();
  };
  let value: T;
  try {
    value = await action(claim);
  } catch (error) {
    // A claim that stays here is abandoned after 15 seconds of silence.
    await release().catch(() => {});
    // Whatever the work ran into then, this is why.
    if (claim.lost.aborted && options.signal?.aborted !== true) throw claim.lost.reason;
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

/** Makes a claim; undefined where another process has made one too, and both withdraw. */
async function tryClaim(
  host: LockHost,
  staging: Staging,
  { watch, name }: { readonly watch: ClaimWatch; readonly name: ClaimName },
): Promise<ModelClaim | undefined> {
  const { files } = host;
  const [work, file] = [join(staging.work, name.token), formatClaim(name)];
  const path = join(staging.locks, file);
  // The directory comes first: a claim without one could not be taken over.
  await inDirectory(host, staging.work, () => files.mkdir(work));
  try {
    await inDirectory(host, staging.locks, async () => (await files.open(path, "wx")).close());
    const { living, abandoned } = await watch.look(file);
    // A holder clears away a directory without a claim, such as this one was a moment ago.
    if (living.length > 0 || (await lstatIfThere(files, work)) === undefined) {
      await withdraw(files, { path, work });
      return undefined;
    }
    const claim = new ModelClaim(host, staging, name);
    await takeOver(claim, abandoned);
    return claim;
  } catch (error) {
    await withdraw(files, { path, work }).catch(() => {});
    throw error;
  }
}

async function takeOver(claim: ModelClaim, abandoned: readonly AbandonedClaim[]): Promise<void> {
  try {
    await claim.takeOver(abandoned);
  } catch (error) {
    await claim[Symbol.asyncDispose]().catch(() => {});
    throw error;
  }
}

async function withdraw(
  files: FileSystem,
  { path, work }: { readonly path: string; readonly work: string },
): Promise<void> {
  await unlinkIfThere(files, path);
  await files.rmdir(work).catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") throw error;
  });
}

/** Another task that has just finished may remove the empty directory at any moment. */
async function inDirectory(
  { files, clock, random }: LockHost,
  directory: string,
  action: () => Promise<void>,
): Promise<void> {
  for (let vanished = 0; ; vanished++) {
    try {
      await makeDirectories(files, directory);
      await action();
      return;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || vanished === VANISHED_MAX) throw error;
    }
    // Only a crowd meets so often; it is given time to disperse.
    if (vanished > 10) await clock.sleep(random() * 10);
  }
}
