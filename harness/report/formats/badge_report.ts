import type { SuiteVerdict } from "../../suite/suite_verdict.ts";
import { recordVerdict } from "../record_verdict.ts";
import type { RunRecord } from "../record/run_record.ts";

/** From best to worst: an unknown verdict is no better than a failure. */
const COLORS: readonly (readonly [verdict: SuiteVerdict, color: string])[] = [
  ["conformant", "brightgreen"],
  ["conformant with deviations", "yellowgreen"],
  ["partial", "orange"],
  ["deviations out of date", "red"],
  ["not conformant", "red"],
  ["subject failed", "red"],
  ["harness failed", "red"],
  ["incomplete", "red"],
];

/**
 * Writes the worst verdict of some records as JSON for the endpoint badge of shields.io.
 *
 * @param label the text to the left of the verdict
 */
export function badgeReport(records: readonly RunRecord[], label: string): string {
  const verdicts = records.map(recordVerdict);
  const worst = COLORS.findLast(([verdict]) => verdicts.includes(verdict));
  const [message, color] = worst ?? (["incomplete", "red"] as const);
  return `${JSON.stringify({ schemaVersion: 1, label, message, color })}\n`;
}
