import type { RequirementId } from "../../spec/mod.ts";
import type { ScenarioStatus } from "../scenario/scenario_result.ts";

/** Longest signature. */
const LENGTH_MAX = 200;

/** What a failure is told by. */
export interface FailureFacts {
  readonly scenario: string;
  readonly status: ScenarioStatus;
  readonly requirement: RequirementId | undefined;
  /** What was seen. */
  readonly detail: string;
}

/**
 * Names a failure in such a way that two cases that fail alike have one name: without the numbers, hashes and places
 * that differ from case to case.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { failureSignature } from "mlx-layout/harness";
 *
 * const failure = { scenario: "download/resume", status: "fail", requirement: "DL-RESUME" } as const;
 * assert.equal(
 *   failureSignature({ ...failure, detail: "300 bytes were sent" }),
 *   failureSignature({ ...failure, detail: "12 bytes were sent" }),
 * );
 * ```
 */
export function failureSignature({ scenario, status, requirement, detail }: FailureFacts): string {
  const seen = (detail.split("\n")[0] ?? "")
    .replaceAll(/[^\s"',;:]*\/(?:mlx-layout-world-\w+|home\/user)(?=\/|\b)/g, "")
    .replaceAll(/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/g, "#")
    .replaceAll(/\d+/g, "#");
  return `${scenario}: ${requirement ?? status}: ${seen}`.slice(0, LENGTH_MAX);
}
