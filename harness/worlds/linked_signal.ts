/** A signal that fires with either of two others, until it is released. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Ends the link; call it when nobody waits any more. */
  readonly release: () => void;
}

/**
 * Joins two signals. `AbortSignal.any` does the same with weak references, which a world with thousands of short waits
 * pays for.
 *
 * @param second absent: the first alone
 */
export function linkedSignal(first: AbortSignal, second: AbortSignal | undefined): LinkedSignal {
  if (second === undefined || first === second) return { signal: first, release: () => {} };
  const controller = new AbortController();
  const byFirst = () => fire(first);
  const bySecond = () => fire(second);
  const release = () => {
    first.removeEventListener("abort", byFirst);
    second.removeEventListener("abort", bySecond);
  };
  const fire = (source: AbortSignal) => {
    release();
    controller.abort(source.reason);
  };
  if (first.aborted) fire(first);
  else if (second.aborted) fire(second);
  else {
    first.addEventListener("abort", byFirst, { once: true });
    second.addEventListener("abort", bySecond, { once: true });
  }
  return { signal: controller.signal, release };
}
