/**
 * A fault of the harness itself: never a verdict on the subject.
 *
 * @example
 * ```ts
 * import { HarnessError } from "mlx-conform";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new HarnessError("Cannot judge: no such world").name, "HarnessError");
 * ```
 */
export class HarnessError extends Error {
  override readonly name: string = "HarnessError";
}

/**
 * A case that cannot be played in this world, or with this subject: a visible skip, and no verdict on anybody.
 *
 * @example
 * ```ts
 * import { NotApplicable } from "mlx-conform";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new NotApplicable("no disk of another process can be wrapped").name, "NotApplicable");
 * ```
 */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
  /** Whether every case of the scenario that comes here ends so: the subject does not claim what it is about. */
  readonly isLasting: boolean;

  constructor(message: string, { isLasting = false }: { readonly isLasting?: boolean } = {}) {
    super(message);
    this.isLasting = isLasting;
  }
}

/** How a subject failed its own protocol; each is a status of a scenario, and none is blamed on a requirement. */
export type SubjectFaultKind = "subject-protocol" | "subject-crash" | "subject-timeout";

/**
 * A subject that broke the protocol, died by itself or fell silent: nothing can be said of what it implements.
 *
 * @example
 * ```ts
 * import { SubjectFault } from "mlx-conform";
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

/** Rejects what a scenario waits for when the process that would have answered was killed. */
export class ProcessKilled extends Error {
  override readonly name = "ProcessKilled";
}

/** Rejects a call that had no end within its time limit, where the subject could be told to give it up. */
export class EndlessCall extends Error {
  override readonly name = "EndlessCall";
  /** As a subject would name a failure of its own. */
  readonly code = "internal";
}
