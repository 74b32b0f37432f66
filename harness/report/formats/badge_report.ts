import { type SuiteVerdict, worstVerdict } from "../../suite/suite_verdict.ts";
import { recordVerdict } from "../record_verdict.ts";
import type { RunRecord } from "../record/run_record.ts";

const COLORS: Readonly<Partial<Record<SuiteVerdict, string>>> = {
  conformant: "brightgreen",
  "conformant with deviations": "yellowgreen",
  "conformant in part": "yellow",
  partial: "orange",
};

/**
 * Writes the worst verdict of some records as JSON for the endpoint badge of shields.io.
 *
 * @param label the text to the left of the verdict
 */
export function badgeReport(records: readonly RunRecord[], label: string): string {
  const message = worstVerdict(records.map(recordVerdict));
  const color = COLORS[message] ?? "red";
  return `${JSON.stringify({ schemaVersion: 1, label, message, color })}\n`;
}
