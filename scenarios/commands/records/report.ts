/**
 * The work of `mlx-conform report`: makes reports from the records of runs.
 *
 * @module
 */

import {
  type RunRecord,
  badgeReport,
  recordVerdict,
  terminalText,
} from "../../../harness/internal.ts";
import { htmlReport, junitReport, markdownReport, tapReport } from "../../../harness/mod.ts";
import type { ConformContext } from "../conform_context.ts";
import type { ReportName, ReportOptions } from "./report_formats.ts";
import { readRecord, writeText } from "./record_files.ts";

/** The makers of reports, by the option that asks for them. */
const MAKERS: Readonly<
  Record<ReportName, (records: readonly RunRecord[], title?: string) => string>
> = {
  html: (records, title) => htmlReport(records, title === undefined ? {} : { title }),
  junit: junitReport,
  markdown: (records) => terminalText(markdownReport(records), { isWorkflow: true }),
  tap: (records) => terminalText(tapReport(records), { isWorkflow: true }),
  badge: (records, title) => badgeReport(records, title ?? "mlx-layout"),
};

/**
 * Prints the verdict of each record, and writes the reports for which there is a path.
 *
 * @throws {RangeError} when a record cannot be read, or a report not be written
 */
export async function writeReports(
  files: readonly string[],
  options: ReportOptions,
  context: ConformContext,
): Promise<void> {
  const named = await Promise.all(files.map(readRecord));
  const records = named.map(({ record }) => record);
  for (const { name, record } of named) {
    const { subject } = record.header;
    context.writeOut(`${subject.name} ${subject.version}: ${recordVerdict(record)} (${name})\n`);
    for (const problem of record.problems) context.writeOut(`  ${problem}\n`);
  }
  for (const [name, make] of Object.entries(MAKERS)) {
    const path = options[name as ReportName];
    if (path !== undefined) await writeText(path, make(records, options.title));
  }
}
