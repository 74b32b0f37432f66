import type { Clock, HttpResponse, Random } from "../../spec/mod.ts";
import type { ModelError } from "../errors.ts";
import { throwIfAborted } from "../cancellation.ts";
import { elapsedMs } from "./elapsed_ms.ts";

/** How often and how patiently a failed request is repeated. */
export interface RetryPolicy {
  /** Attempts in a row that may fail without any progress. @default {6} */
  readonly attemptsMax: number;
  /** First pause, in milliseconds; doubles each time. @default {500} */
  readonly pauseMs: number;
  /** Longest own pause, in milliseconds. @default {30_000} */
  readonly pauseMsMax: number;
  /** Longest pause that a server can ask for, in milliseconds. @default {300_000} */
  readonly askedPauseMsMax: number;
  /** Longest time without a byte, in milliseconds. @default {30_000} */
  readonly stallTimeoutMs: number;
}

/** The policy of a caller that gives none. */
export const DEFAULT_RETRY: RetryPolicy = {
  attemptsMax: 6,
  pauseMs: 500,
  pauseMsMax: 30_000,
  askedPauseMsMax: 300_000,
  stallTimeoutMs: 30_000,
};

/** A failure that is worth another attempt. */
export class Retryable extends Error {
  override readonly name = "Retryable";
  /** What to throw when there is no further attempt. */
  readonly failure: ModelError;
  /** The pause that the server asked for, in milliseconds. */
  readonly askedPauseMs: number | undefined;

  constructor(failure: ModelError, askedPauseMs?: number) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.askedPauseMs = askedPauseMs;
  }
}

/** How long may be tried, besides how often. */
export interface RetryLimits extends RetryPolicy {
  /** No attempt begins after this moment of the clock. @default {never} */
  readonly deadlineMs?: number | undefined;
}

/** Counts failures in a row and pauses between attempts: `DL-RETRY`, `DL-RETRY-AFTER`. */
export class RetryBudget {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #policy: RetryLimits;
  #failures = 0;

  constructor(clock: Clock, random: Random, policy: RetryLimits) {
    this.#clock = clock;
    this.#random = random;
    this.#policy = policy;
  }

  /** Notes that something new arrived: failures are counted from zero again. */
  progressed(): void {
    this.#failures = 0;
  }

  /**
   * Pauses before the next attempt.
   *
   * @throws {ModelError} the failure itself, when it is not worth a retry or there were enough
   */
  async pause(error: unknown, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (!(error instanceof Retryable)) throw error;
    this.#failures++;
    if (this.#failures >= this.#policy.attemptsMax) throw error.failure;
    const pauseMs = this.#pauseMs(error.askedPauseMs);
    const { deadlineMs = Number.POSITIVE_INFINITY } = this.#policy;
    if (elapsedMs(this.#clock) + pauseMs >= deadlineMs) throw error.failure;
    await this.#sleep(pauseMs, signal);
  }

  #pauseMs(askedPauseMs: number | undefined): number {
    const { pauseMs, pauseMsMax, askedPauseMsMax } = this.#policy;
    const own = Math.min(pauseMs * 2 ** (this.#failures - 1), pauseMsMax);
    // Jitter keeps many clients from coming back at one moment; a pause that was asked for is never cut short by it.
    const jittered = own * (0.75 + 0.5 * this.#random());
    return Math.max(jittered, Math.min(askedPauseMs ?? 0, askedPauseMsMax));
  }

  async #sleep(pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#clock.sleep(pauseMs, signal);
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    }
  }
}

/**
 * The pause that a response asks for, in milliseconds, from `RateLimit` or `Retry-After`; of two the longer one.
 *
 * `RateLimit: "api";r=0;t=55` asks for 55 s; with `r` above 0 it asks for nothing.
 */
export function askedPauseMs(response: HttpResponse, nowMs: number): number | undefined {
  const asked = [
    limitPauseMs(response.headers.get("ratelimit") ?? ""),
    retryAfterMs(response.headers.get("retry-after")?.trim() ?? "", nowMs),
  ].filter((pauseMs) => pauseMs !== undefined);
  return asked.length === 0 ? undefined : Math.max(...asked);
}

function limitPauseMs(limit: string): number | undefined {
  const remaining = /;\s*r=(\d+)/.exec(limit)?.[1];
  const resetSeconds = /;\s*t=(\d+)/.exec(limit)?.[1];
  if (remaining !== "0" || resetSeconds === undefined) return undefined;
  return Number(resetSeconds) * 1000;
}

function retryAfterMs(after: string, nowMs: number): number | undefined {
  if (after === "") return undefined;
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
