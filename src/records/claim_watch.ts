import { join } from "node:path";
import type { Host, LockHolder } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { type ClaimName, isClaim, isInTable, parseClaim } from "./claim_name.ts";

/** How often the holder of a claim shows that it lives, in milliseconds. */
export const HEARTBEAT_MS = 2_000;
/** For how long a claim must have been seen to stand still before another process takes over, in milliseconds. */
const SILENCE_MS_MAX = 15_000;

/** A claim that no longer keeps others out. */
export interface AbandonedClaim {
  readonly name: string;
  /** Undefined for a claim of an earlier version. */
  readonly token: string | undefined;
  /** Whether its process is known to be gone; else it may stand still and go on later. */
  readonly isDead: boolean;
}

/** What stands in the directory of the claims. */
export interface ClaimsSeen {
  /** Holders that live, as far as can be seen. */
  readonly living: readonly LockHolder[];
  readonly abandoned: readonly AbandonedClaim[];
}

/**
 * Distinguishes living claims from abandoned ones.
 *
 * A claim of a process in the same table (same boot, same namespace of process numbers) is dead when that process is
 * gone. Any other is abandoned when it stood still during 15 seconds in which this process looked at it. No clock is
 * read: what counts is the sum of this process's own pauses, so neither a clock that is set nor a machine that slept
 * makes a claim look old.
 *
 * A link, or a file that holds something else than a holder writes, was planted: nobody waits for it.
 */
export class ClaimWatch {
  readonly #host: Pick<Host, "files" | "processes">;
  readonly #directory: string;
  readonly #seen = new Map<string, { text: string; silentMs: number }>();

  /** @param directory holds the claims */
  constructor(host: Pick<Host, "files" | "processes">, directory: string) {
    this.#host = host;
    this.#directory = directory;
  }

  /** Says that this process has paused, in milliseconds, since it looked last. */
  paused(durationMs: number): void {
    for (const claim of this.#seen.values()) claim.silentMs += durationMs;
  }

  /** @param own the name of a claim that does not count */
  async look(own?: string): Promise<ClaimsSeen> {
    const living: LockHolder[] = [];
    const abandoned: AbandonedClaim[] = [];
    for (const name of await namesIn(this.#host.files, this.#directory)) {
      if (name === own || !isClaim(name)) continue;
      const claim = parseClaim(name);
      const text = await readSmallFile(this.#host.files, join(this.#directory, name));
      // It was given back since the directory was read, or nothing that a process has written.
      if (text === undefined) continue;
      if (await this.#isPlanted(name, text)) {
        abandoned.push({ name, token: undefined, isDead: true });
        continue;
      }
      const isDead = this.#isDead(claim);
      if (!isDead && !this.#isSilent(name, text)) living.push(this.#holder(claim, text));
      else abandoned.push({ name, token: claim?.token, isDead });
    }
    return { living, abandoned };
  }

  /** Whether somebody planted it: a process makes a file, with the number of its beats or nothing in it. */
  async #isPlanted(name: string, text: string): Promise<boolean> {
    if (parseClaim(name) !== undefined && !/^\d*$/.test(text)) return true;
    const path = join(this.#directory, name);
    return (await lstatIfThere(this.#host.files, path))?.kind === "link";
  }

  #isDead(claim: ClaimName | undefined): boolean {
    const { processes } = this.#host;
    return (
      claim !== undefined &&
      isInTable(claim, processes) &&
      !processes.isAlive(claim.pid, claim.started)
    );
  }

  #isSilent(name: string, text: string): boolean {
    const before = this.#seen.get(name);
    if (before?.text === text) return before.silentMs >= SILENCE_MS_MAX;
    this.#seen.set(name, { text, silentMs: 0 });
    return false;
  }

  #holder(claim: ClaimName | undefined, text: string): LockHolder {
    const isHere = claim !== undefined && isInTable(claim, this.#host.processes);
    return {
      pid: isHere ? claim.pid : undefined,
      purpose: claim?.purpose || undefined,
      heldMs: (Number(text) || 0) * HEARTBEAT_MS,
    };
  }
}
