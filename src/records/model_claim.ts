import { join } from "node:path";
import type { FileSystem, Host } from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { isTemporaryName, unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { isPartialName, PARTIAL_SUFFIX, type Staging } from "../layout/model_place.ts";
import type { ClaimName } from "./claim_name.ts";
import { claimToken, formatClaim } from "./claim_name.ts";
import { type AbandonedClaim, HEARTBEAT_MS } from "./claim_watch.ts";
import { fencedFiles } from "./fenced_files.ts";

/** What a lock needs of the host. */
export type LockHost = Pick<Host, "files" | "clock" | "random" | "processes" | "onWait">;

/** Where a claim puts, for a moment, the directory that it takes over. */
export const TAKEN = "taken";
/** Each crash while a claim takes over may add one; somebody else may have made a tree without end. */
const TAKEN_DEPTH_MAX = 32;
/** Why the beating of a claim ends; made once, since an error is made with its stack. */
const RELEASED = new Error("The claim was given back");

/**
 * The right to work on a model, until it is given back or another process takes it over: `DL-FENCED`.
 *
 * It is a file among the claims, which its holder changes every two seconds, and a directory of its own. Another process
 * that finds it abandoned first removes the file and then renames the directory away; from then on nothing that the
 * former holder does has an effect.
 */
export class ModelClaim implements AsyncDisposable {
  /** Where everything is made that will be published; on the model's volume. */
  readonly directory: string;
  /** The disk, on which nothing is published or removed once the claim is lost. */
  readonly files: FileSystem;
  readonly #host: LockHost;
  readonly #staging: Staging;
  readonly #path: string;
  readonly #stop = new AbortController();
  readonly #lost = new AbortController();
  readonly #beating: Promise<void>;

  constructor(host: LockHost, staging: Staging, name: ClaimName) {
    this.#host = host;
    this.#staging = staging;
    this.#path = join(staging.locks, formatClaim(name));
    this.directory = join(staging.work, name.token);
    const assertHeld = () => this.assertHeld();
    this.files = fencedFiles(host.files, { directory: this.directory, assertHeld });
    this.#beating = this.#beat();
  }

  /** Fires when the claim is found to be lost, with `claim-lost` as its reason. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether a path is that of the claim, or of its directory, in which nothing lies before the holder makes something. */
  isOwn(path: string): boolean {
    return [this.#path, this.directory].includes(path);
  }

  /** @throws {ModelError} `claim-lost` when another process has taken over */
  async assertHeld(): Promise<void> {
    if (!this.lost.aborted && (await lstatIfThere(this.#host.files, this.#path)) !== undefined)
      return;
    this.#lose();
    throw this.lost.reason;
  }

  /** Makes what abandoned claims have left available to the next download, and takes their rights away. */
  async takeOver(abandoned: readonly AbandonedClaim[]): Promise<void> {
    const { files } = this.#host;
    const { locks, work } = this.#staging;
    const dead = new Set<string>();
    for (const { name, token, isDead } of abandoned) {
      await this.assertHeld();
      await unlinkIfThere(files, join(locks, name));
      if (isDead && token !== undefined) dead.add(token);
    }
    for (const token of await namesIn(files, work)) {
      if (!/^[0-9a-f]{16}$/.test(token) || join(work, token) === this.directory) continue;
      // By way of this claim's own directory, so that a claim that is lost takes nothing over.
      const taken = join(this.directory, TAKEN);
      await this.assertHeld();
      if (!(await renameIfThere(files, join(work, token), taken))) continue;
      await files.rename(taken, await this.#freeName(dead.has(token) ? "rest" : "silent", token));
    }
  }

  /** After a crash a directory may be there under its old name and under the new one. */
  async #freeName(kind: "rest" | "silent", token: string): Promise<string> {
    const { files, random } = this.#host;
    const name = join(this.#staging.work, `${kind}.${token}`);
    if ((await lstatIfThere(files, name)) === undefined) return name;
    return join(this.#staging.work, `${kind}.${claimToken(random)}`);
  }

  /** Removes what earlier claims left half-done, other than partial files: those are of use to a download. */
  async removeHalfDone(): Promise<void> {
    const { files } = this.#host;
    const { work } = this.#staging;
    for (const name of await namesIn(files, work)) {
      const rest = join(work, name);
      if (!/^(?:rest|silent)\.[0-9a-f]{16}$/.test(name)) continue;
      if ((await lstatIfThere(files, rest))?.kind === "directory") await this.#clear(rest);
    }
  }

  async #clear(rest: string): Promise<void> {
    const { files } = this.#host;
    let isEmpty = true;
    for (const name of await namesIn(files, rest)) {
      if (isPartialName(name) || !isClaimName(name)) isEmpty = false;
      else await unlinkIfThere(files, join(rest, name));
    }
    if (isEmpty) await rmdirIfThere(files, rest);
  }

  /** Gives the claim back. Partial files are left for the next download. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(RELEASED);
    await this.#beating;
    try {
      await this.#leave();
    } finally {
      await unlinkIfThere(this.#host.files, this.#path);
    }
  }

  async #leave(): Promise<void> {
    const { files } = this.#host;
    let isEmpty = true;
    for (const name of await namesIn(files, this.directory)) {
      if (name.endsWith(PARTIAL_SUFFIX) || name === TAKEN) isEmpty = false;
      else await unlinkIfThere(files, join(this.directory, name));
    }
    if (isEmpty) await rmdirIfThere(files, this.directory);
    else {
      const token = this.directory.slice(this.#staging.work.length + 1);
      await renameIfThere(files, this.directory, await this.#freeName("rest", token));
    }
  }

  #lose(): void {
    if (this.lost.aborted) return;
    this.#lost.abort(
      new ModelError(
        "claim-lost",
        "Cannot go on: another process took this model over while this one stood still; nothing of it was touched since; run the command again",
      ),
    );
  }

  async #beat(): Promise<void> {
    const { clock } = this.#host;
    for (let count = 1; !this.lost.aborted; count++) {
      try {
        await clock.sleep(HEARTBEAT_MS, this.#stop.signal);
      } catch {
        // The claim was given back.
        return;
      }
      try {
        await this.#writeBeat(count);
      } catch (error) {
        // One refusal must not make the living look dead: the next beat comes in time. On a disk that goes on refusing
        // the work that the claim guards will say so.
        if (errnoOf(error) === "ENOENT") this.#lose();
      }
    }
  }

  async #writeBeat(count: number): Promise<void> {
    const file = await this.#host.files.open(this.#path, "r+");
    try {
      await file.write(new TextEncoder().encode(String(count)), 0);
    } finally {
      await file.close();
    }
  }
}

/**
 * What a claim left in its directory, and what it had taken over and could not put beside it: a claim may end at any step.
 *
 * @returns the directories, the inner ones first
 */
export async function takenDirectories(files: FileSystem, directory: string): Promise<string[]> {
  const found: string[] = [];
  let path = directory;
  while (found.length < TAKEN_DEPTH_MAX && (await isDirectory(files, path))) {
    found.unshift(path);
    path = join(path, TAKEN);
  }
  return found;
}

async function isDirectory(files: FileSystem, path: string): Promise<boolean> {
  return (await lstatIfThere(files, path))?.kind === "directory";
}

/** Whether a name is one that the holder of a claim gives: to a partial file, a small file, or a step of the fence. */
export function isClaimName(name: string): boolean {
  return isPartialName(name) || isTemporaryName(name) || /^\d+\.(?:link|gone)$/.test(name);
}

async function renameIfThere(files: FileSystem, source: string, target: string): Promise<boolean> {
  try {
    await files.rename(source, target);
    return true;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return false;
  }
}

async function rmdirIfThere(files: FileSystem, directory: string): Promise<void> {
  try {
    await files.rmdir(directory);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}
