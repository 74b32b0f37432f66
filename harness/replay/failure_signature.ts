import type { RequirementId } from "../../spec/mod.ts";
import { breakageSignature } from "../deviations/breakage_signature.ts";
import type { ScenarioStatus } from "../scenario/scenario_result.ts";

/** What identifies a failure. */
export interface FailureFacts {
  readonly scenario: string;
  readonly status: ScenarioStatus;
  readonly requirement: RequirementId | undefined;
  /** What was seen. */
  readonly detail: string;
}

/**
 * Names a failure in such a way that two cases that fail alike have one name: the scenario, how it ended, and what was
 * seen as `breakageSignature` says it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failureSignature } from "mlx-conform/internal";
 *
 * const failure = { scenario: "download/resume", status: "fail", requirement: "DL-RESUME" } as const;
 * assert.equal(
 *   failureSignature({ ...failure, detail: "300 bytes were sent" }),
 *   failureSignature({ ...failure, detail: "12 bytes were sent" }),
 * );
 * ```
 */
export function failureSignature({ scenario, status, requirement, detail }: FailureFacts): string {
  return `${scenario}, ${status}: ${breakageSignature({ requirement, detail })}`;
}
