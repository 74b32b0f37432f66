import type { SuiteVerdict } from "../../suite/suite_verdict.ts";
import { recordStandings, recordVerdict } from "../record_verdict.ts";
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
 * Writes the worst verdict of some records as JSON for the endpoint badge of shields.io. Of one record it says how many
 * MUSTs are held, broken and skipped; of several, how many are conformant. The verdict ends at the colon.
 *
 * @param label the text to the left of the verdict
 */
export function badgeReport(records: readonly RunRecord[], label: string): string {
  const verdicts = records.map(recordVerdict);
  const worst = COLORS.findLast(([verdict]) => verdicts.includes(verdict));
  const [message, color] = worst ?? (["incomplete", "red"] as const);
  const numbers = records.length === 1 ? mustNumbers(records) : subjectNumbers(records);
  return `${JSON.stringify({ schemaVersion: 1, label, message: [message, ...numbers].join(": "), color })}\n`;
}

function mustNumbers(records: readonly RunRecord[]): string[] {
  const standings = records
    .flatMap(recordStandings)
    .filter(({ requirement }) => requirement.level === "MUST");
  const shown = (["held", "broken", "skipped"] as const).map((word) => {
    const isThis = (standing: string) =>
      standing === word || (word === "broken" && standing === "deviates");
    return `${standings.filter(({ standing }) => isThis(standing)).length} ${word}`;
  });
  return [shown.join(", ")];
}

function subjectNumbers(records: readonly RunRecord[]): string[] {
  if (records.length === 0) return [];
  const good = records.filter((record) => /^conformant(?! in part)/.test(recordVerdict(record)));
  return [`${good.length} of ${records.length} conformant`];
}
