import { type SuiteVerdict, worstVerdict } from "../../suite/suite_verdict.ts";
import { recordStandings, recordVerdict } from "../record_verdict.ts";
import type { RunRecord } from "../record/run_record.ts";

const COLORS: Readonly<Partial<Record<SuiteVerdict, string>>> = {
  conformant: "brightgreen",
  "conformant with deviations": "yellowgreen",
  "conformant in part": "yellow",
  partial: "orange",
};

/**
 * Writes the worst verdict of some records as JSON for the endpoint badge of shields.io. Of one record it says how many
 * MUSTs are held, broken and skipped; of several, how many are conformant. The verdict ends at the colon.
 *
 * @param label the text to the left of the verdict
 */
export function badgeReport(records: readonly RunRecord[], label: string): string {
  const verdict = worstVerdict(records.map(recordVerdict));
  const color = COLORS[verdict] ?? "red";
  const numbers = records.length === 1 ? mustNumbers(records) : subjectNumbers(records);
  return `${JSON.stringify({ schemaVersion: 1, label, message: [verdict, ...numbers].join(": "), color })}\n`;
}

function mustNumbers(records: readonly RunRecord[]): string[] {
  const standings = records
    .flatMap(recordStandings)
    .filter(({ requirement }) => requirement.level === "MUST" && requirement.scored !== false);
  const shown = (["held", "broken", "skipped"] as const).map((word) => {
    const isThis = (standing: string) =>
      standing === word || (word === "broken" && standing === "deviates");
    return `${standings.filter(({ standing }) => isThis(standing)).length} ${word}`;
  });
  return [shown.join(", ")];
}

function subjectNumbers(records: readonly RunRecord[]): string[] {
  if (records.length === 0) return [];
  const good = records.filter((record) =>
    ["conformant", "conformant with deviations"].includes(recordVerdict(record)),
  );
  return [`${good.length} of ${records.length} conformant`];
}
