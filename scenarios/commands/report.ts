/**
 * `mlx-conform report`: makes reports from the records of runs.
 *
 * @module
 */

import type { Command } from "commander";
import { badgeReport, recordVerdict, type RunRecord } from "../../harness/internal.ts";
import { htmlReport, junitReport, markdownReport, tapReport } from "../../harness/mod.ts";
import type { ConformContext } from "./conform_context.ts";
import { readRecord, writeText } from "./record_files.ts";

/** What is made, by the option that asks for it. */
const REPORTS = {
  html: {
    about: "one page with the matrix of requirements and subjects",
    make: (records, title) => htmlReport(records, title === undefined ? {} : { title }),
  },
  junit: { about: "JUnit XML, for what counts tests", make: junitReport },
  markdown: { about: "Markdown, for the summary of a job", make: markdownReport },
  tap: { about: "TAP 14", make: tapReport },
  badge: {
    about: "JSON for the endpoint badge of shields.io",
    make: (records, title) => badgeReport(records, title ?? "mlx-layout"),
  },
} as const satisfies Record<
  string,
  { about: string; make: (records: readonly RunRecord[], title?: string) => string }
>;

type ReportName = keyof typeof REPORTS;

/** Adds the command. */
export function addReportCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("report")
    .description("Make reports from the records of one or several runs.")
    .argument("<files...>", "report.jsonl of each run; each becomes a column")
    .option("--title <text>", "title of the page, or label of the badge");
  for (const [name, { about }] of Object.entries(REPORTS))
    command.option(`--${name} <file>`, about);
  command
    .addHelpText("after", "\nExit codes: 0 written, 2 wrong usage. The verdict is that of the run.")
    .action(async (files: string[], options: Partial<Record<ReportName | "title", string>>) => {
      context.finish(await report(files, { options, context }));
    });
}

async function report(
  files: readonly string[],
  {
    options,
    context,
  }: {
    readonly options: Partial<Record<ReportName | "title", string>>;
    readonly context: ConformContext;
  },
): Promise<number> {
  const named = await Promise.all(files.map(readRecord));
  const records = named.map(({ record }) => record);
  for (const { name, record } of named) {
    const { subject } = record.header;
    context.writeOut(`${subject.name} ${subject.version}: ${recordVerdict(record)} (${name})\n`);
    for (const problem of record.problems) context.writeOut(`  ${problem}\n`);
  }
  for (const name of Object.keys(REPORTS) as ReportName[]) {
    const path = options[name];
    if (path !== undefined) await writeText(path, REPORTS[name].make(records, options.title));
  }
  return 0;
}
