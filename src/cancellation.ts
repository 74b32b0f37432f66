import { ModelError } from "./errors.ts";

/** The error of a cancelled operation: `DL-CANCEL`. */
export function cancelledError(signal: AbortSignal): ModelError {
  return new ModelError("cancelled", "Cancelled by the caller; retry the command to resume", {
    cause: signal.reason,
  });
}

/** @throws {ModelError} `cancelled`, or `claim-lost` where that is why the work ends */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal === undefined || !signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof ModelError && reason.code === "claim-lost"
    ? reason
    : cancelledError(signal);
}

/**
 * Waits for a promise, but not after the signal fires: a port that ignores its signal must not hold up a cancel.
 *
 * @throws the signal's reason when it fires first
 */
export async function waitOrAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
