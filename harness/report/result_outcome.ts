import type { BrokenPromise } from "../scenario/scenario_result.ts";
import type { RecordResult, RunRecord } from "./record/run_record.ts";

/** What a result counts as in a test report. */
export type Outcome = "passed" | "failed" | "known" | "skipped" | "errored";

/** What a result counts as, and why in one line. */
export interface ResultOutcome {
  readonly outcome: Outcome;
  /** The requirement that was broken, or the status. */
  readonly kind: string;
  readonly reason: string;
}

/**
 * Classifies a result as the verdict does: a broken SHOULD is known and fails nothing, a vacuous result is an error, a
 * listed deviation that passes is a failure of the list.
 */
export function resultOutcome(result: RecordResult, record: RunRecord): ResultOutcome {
  const { status, breakage, vacuity, skipped, deviation } = result;
  const id = breakage?.requirement;
  const detail = breakage?.detail.split("\n")[0] ?? "";
  switch (status) {
    case "pass":
      return { outcome: "passed", kind: status, reason: "" };
    case "expected-fail":
      return {
        outcome: "known",
        kind: id ?? status,
        reason: `known deviation${deviation?.sometimes === true ? " that occurs sometimes" : ""}, ${deviation?.issue ?? "listed"}: ${detail}`,
      };
    case "unexpected-pass":
      return {
        outcome: "failed",
        kind: status,
        reason: `it passes, but is listed as a known deviation: ${deviation?.issue ?? ""}`,
      };
    case "fail": {
      const lineOf = (promise: BrokenPromise | undefined) =>
        record.requirements.find((one) => one.id === promise?.requirement);
      const isDecisive = (promise: BrokenPromise | undefined) => {
        const { level = "MUST", scored } = lineOf(promise) ?? {};
        return level === "MUST" && scored !== false;
      };
      const unlisted = [breakage, ...(result.further ?? [])].filter(
        (promise) => promise?.isKnown !== true,
      );
      // The worst failure.
      const worst = unlisted.find(isDecisive) ?? unlisted[0];
      const kind = worst?.requirement ?? status;
      const seen = worst?.detail.split("\n")[0] ?? "";
      if (isDecisive(worst)) return { outcome: "failed", kind, reason: seen };
      const { level, scored } = lineOf(worst) ?? {};
      const why = scored === false ? "not scored" : `${level}, not held`;
      return { outcome: "known", kind, reason: `${why}: ${seen}` };
    }
    case "skip":
      return {
        outcome: "skipped",
        kind: status,
        reason: [...new Set(Object.values(skipped))].join("; "),
      };
    case "vacuous":
      return withoutVerdict(result, { record, reason: `vacuous: ${vacuity.join("; ")}` });
    default:
      // Timeouts, faults of the harness, and statuses of later versions.
      return withoutVerdict(result, { record, reason: detail });
  }
}

/** A result that shows nothing is an error, unless nothing of what it is about is scored. */
function withoutVerdict(
  { status, covers }: RecordResult,
  { record, reason }: { readonly record: RunRecord; readonly reason: string },
): ResultOutcome {
  const isScored = covers.some(
    (id) => record.requirements.find((one) => one.id === id)?.scored !== false,
  );
  return isScored
    ? { outcome: "errored", kind: status, reason }
    : { outcome: "known", kind: status, reason: `not scored: ${reason}` };
}
