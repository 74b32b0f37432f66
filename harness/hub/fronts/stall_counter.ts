/** Counts what stands still, so that a simulated clock can know that nothing will move by itself. */
export class StallCounter {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Counts one more until the returned function is called; calling it again does nothing. */
  begin(): () => void {
    this.#count++;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#count--;
    };
  }

  /** Stands still until the signal is aborted, then rejects with its reason. */
  wait(signal: AbortSignal | undefined): Promise<never> {
    const end = this.begin();
    return new Promise<never>((_, reject) => {
      function abort(): void {
        end();
        reject(abortReason(signal));
      }
      if (signal?.aborted === true) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

/** Why a signal was aborted, as an error. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException(String(reason), "AbortError");
}
