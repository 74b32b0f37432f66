/**
 * The work of `mlx-conform report`: makes reports from the records of runs.
 *
 * @module
 */

import {
  type RunRecord,
  EXIT_CODES,
  annotationReport,
  badgeReport,
  exitCodeOf,
  gradeBadge,
  recordStandings,
  recordVerdict,
  scoreLines,
  scoreRecord,
  standingCounts,
  worstVerdict,
  terminalText,
} from "../../../harness/internal.ts";
import { htmlReport, junitReport, markdownReport, tapReport } from "../../../harness/mod.ts";
import { REQUIREMENT_SETS, type RequirementSet } from "../../../spec/sets/mod.ts";
import { newestSet } from "../sets/frozen_sets.ts";
import type { ConformContext } from "../conform_context.ts";
import type { ReportName, ReportOptions } from "./report_formats.ts";
import { readRecord, writeText } from "./record_files.ts";

/** The makers of reports, by the option that asks for them. */
const MAKERS: Readonly<
  Record<ReportName, (records: readonly RunRecord[], options: ReportOptions) => string>
> = {
  html: (records, { title }) => htmlReport(records, title === undefined ? {} : { title }),
  junit: junitReport,
  markdown: (records) => terminalText(markdownReport(records), { isWorkflow: true }),
  tap: (records) => terminalText(tapReport(records), { isWorkflow: true }),
  // Each line is a command of ours, and what it holds is encoded.
  annotations: (records) => terminalText(annotationReport(records)),
  badge: (records, { title = "mlx-layout" }) => badgeReport(records, title),
  grade: (records, { title = "mlx-layout", set }) => {
    const [record] = records;
    if (record === undefined || records.length > 1)
      throw new RangeError(`Cannot write the grade of ${records.length} records: it is of one`);
    return gradeBadge(scoreRecord(record, setOf(record, set)), title);
  },
};

/** The set that a record is graded by. */
function setOf({ header }: RunRecord, asked: RequirementSet | undefined): RequirementSet {
  const own = REQUIREMENT_SETS.find(({ set }) => set.name === header.set?.name)?.set;
  return asked ?? own ?? newestSet();
}

/**
 * Prints the verdict of each record as its run did, and writes the reports for which there is a path.
 *
 * @returns the exit code: 0 once reports are written; where none is asked for, that of the worst verdict
 * @throws {RangeError} when a record cannot be read, or a report not be written
 */
export async function writeReports(
  files: readonly string[],
  options: ReportOptions,
  context: ConformContext,
): Promise<number> {
  const named = await Promise.all(files.map(readRecord));
  const records = named.map(({ record }) => record);
  for (const { name, record } of named) {
    const { subject } = record.header;
    const verdict = recordVerdict(record);
    context.writeOut(`${subject.name} ${subject.version}: ${verdict} (${name})\n`);
    context.writeOut(`  ${standingCounts(recordStandings(record), record.header)}\n`);
    for (const line of scoreLines(scoreRecord(record, setOf(record, options.set))))
      context.writeOut(`  ${line}\n`);
    for (const problem of record.problems) context.writeOut(`  ${problem}\n`);
  }
  for (const [name, make] of Object.entries(MAKERS)) {
    const path = options[name as ReportName];
    if (path !== undefined) await writeText(path, make(records, options));
  }
  const isAsked = Object.keys(MAKERS).some((name) => options[name as ReportName] !== undefined);
  return isAsked ? EXIT_CODES.conformant : exitCodeOf(worstVerdict(records.map(recordVerdict)));
}
