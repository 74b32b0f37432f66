import { answersFor } from "../../subjects/role_of.ts";
import type { RequirementId } from "../../../spec/mod.ts";
import type { RequirementStanding } from "../../suite/run_suite.ts";
import { recordStandings, recordVerdict } from "../record_verdict.ts";
import type { RunRecord } from "../record/run_record.ts";

const SIGNS: Readonly<Record<RequirementStanding, string>> = {
  held: "✓",
  broken: "✗",
  deviates: "✗",
  vacuous: "?",
  skipped: "–",
  "not judged": "–",
};

/**
 * Writes whole runs as two tables in Markdown: a row for each subject, and a row for each MUST that at least one subject
 * broke, with a column for each subject. In the second, ✓ is held, ✗ broken, ? not shown by any case, – not judged; the
 * numbers of the columns are those of the first table.
 */
export function matrixTable(records: readonly RunRecord[]): string {
  const titles = ["#", "subject", "verdict", "held", "broken", "not shown", "not judged", "cases"];
  const judged = records.map((record) => musts(record));
  const rows = records.map((record, at) => {
    const { subject } = record.header;
    const standings = judged[at] ?? new Map<string, RequirementStanding>();
    const count = (...wanted: RequirementStanding[]) =>
      String([...standings.values()].filter((one) => wanted.includes(one)).length);
    const broken = count("broken", "deviates");
    return [
      String(at + 1),
      `${subject.name} ${subject.version}`,
      // Here a known deviation counts as broken.
      broken === "0" ? recordVerdict(record) : "not conformant",
      count("held"),
      broken,
      count("vacuous"),
      count("skipped", "not judged"),
      String(record.results.reduce((sum, { cases }) => sum + cases, 0)),
    ];
  });
  const ids = [...new Set(judged.flatMap((standings) => [...standings.keys()]))];
  const isBroken = (id: string) =>
    judged.some((standings) => ["broken", "deviates"].includes(standings.get(id) ?? ""));
  const matrix = ids
    .filter((id) => isBroken(id))
    .map((id) => [id, ...judged.map((standings) => SIGNS[standings.get(id) ?? "not judged"])]);
  return [
    ...table([titles, ...rows]),
    "",
    "<details>",
    `<summary>${matrix.length} MUST requirements are broken by at least one subject (✓ held, ✗ broken, ? not shown, – not judged)</summary>`,
    "",
    ...table([["requirement", ...records.map((_, at) => String(at + 1))], ...matrix]),
    "",
    "</details>",
  ].join("\n");
}

/** The standing of each MUST of the subject's profiles and roles. */
function musts(record: RunRecord): Map<string, RequirementStanding> {
  const { profiles, roles } = record.header;
  return new Map(
    recordStandings(record).flatMap(({ requirement: { id, level, profile, scored }, standing }) => {
      const isOwn = answersFor(roles, id as RequirementId);
      if (scored === false) return [];
      return level === "MUST" && profiles.includes(profile) && isOwn ? [[id, standing]] : [];
    }),
  );
}

function table(rows: readonly (readonly string[])[]): string[] {
  const [titles = [], ...rest] = rows;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rest.map((cells) => line(cells))];
}
