/** How a subject failed its own protocol; each is a status of a scenario, and none is blamed on a requirement. */
export type SubjectFaultKind = "subject-protocol" | "subject-crash" | "subject-timeout";

/**
 * A subject that broke the protocol, died by itself or fell silent: nothing can be said of what it implements.
 *
 * @example
 * ```ts
 * import { SubjectFault } from "mlx-layout/harness";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new SubjectFault("subject-crash", "it ended with code 1").kind, "subject-crash");
 * ```
 */
export class SubjectFault extends Error {
  override readonly name = "SubjectFault";
  readonly kind: SubjectFaultKind;

  constructor(kind: SubjectFaultKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
