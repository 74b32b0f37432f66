import fc from "fast-check";
import type { RequirementId } from "../../spec/mod.ts";
import { HarnessError, SubjectFault } from "../errors.ts";
import { requirementOf } from "./classify_error.ts";
import { describeGiven } from "./describe_given.ts";
import { encodeGiven } from "./encode_given.ts";
import type { BrokenPromise } from "./scenario_result.ts";
import { type BreakageFacts, describeError, RequirementBroken } from "./verdict.ts";

/** What is known of the smallest case that failed. */
export interface FailedCase {
  readonly error: unknown;
  readonly given: Record<string, unknown> | undefined;
  /** Leads fast-check straight to the case. */
  readonly path: string;
  /** Requirements of the scenario that the subject answers for. */
  readonly answerable: readonly RequirementId[];
  /** Whether it fails on a real disk only. */
  readonly isFidelity: boolean;
}

/** Describes what broke in a case, and the case itself in words and as data. */
export function describeBreakage(failed: FailedCase): BrokenPromise {
  const { error, given, path, answerable, isFidelity } = failed;
  const requirement = requirementOf(error, answerable);
  const detail = detailOf(error);
  return {
    requirement: isFidelity ? undefined : requirement,
    detail: isFidelity
      ? `red on disk and green in memory, so the worlds differ: ${requirement}: ${detail}`
      : detail,
    ...(error instanceof RequirementBroken ? aroundDetail(error.facts) : {}),
    counterexample: fc.stringify(given),
    path,
    ...(given === undefined ? {} : writtenDown(given)),
  };
}

/** What is known of a breakage besides what was seen. */
function aroundDetail({ detail: _detail, ...rest }: BreakageFacts): Omit<BreakageFacts, "detail"> {
  return rest;
}

/** A scenario whose cases are not plain data fails in a test of its own, and not in the middle of a verdict. */
function writtenDown(given: Record<string, unknown>): Pick<BrokenPromise, "words" | "given"> {
  try {
    return { words: describeGiven(given), given: encodeGiven(given) };
  } catch (error) {
    if (error instanceof HarnessError) return { words: describeGiven(given) };
    throw error;
  }
}

function detailOf(error: unknown): string {
  if (error instanceof RequirementBroken) return error.detail;
  return error instanceof SubjectFault ? error.message : describeError(error);
}
