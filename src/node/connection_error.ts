/**
 * A failure of the network: no answer came, or it broke off.
 *
 * `code` is that of the deepest cause that has one (`ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_SOCKET`, …).
 */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: string | undefined;

  /**
   * @param attempt what was attempted and on what
   * @param cause the platform's error, kept as it is
   */
  constructor(attempt: string, cause: unknown) {
    const first = firstFailure(cause);
    super(`${attempt}: ${first instanceof Error ? first.message : String(first)}`, { cause });
    this.code =
      first instanceof Error && "code" in first && typeof first.code === "string"
        ? first.code
        : undefined;
  }
}

/** A name with several addresses fails with an error for each, under one whose own message is empty. */
function firstFailure(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return firstFailure(error.errors[0]);
  }
  if (error instanceof Error && error.cause instanceof Error) return firstFailure(error.cause);
  return error;
}
