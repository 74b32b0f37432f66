import { resultOutcome } from "../result_outcome.ts";
import type { RecordResult, RunRecord } from "../record/run_record.ts";

/**
 * Writes records as TAP 14. A known deviation is a `# TODO`, which may fail; an incomplete record bails out.
 */
export function tapReport(records: readonly RunRecord[]): string {
  const tests = records.flatMap((record) => [
    ...record.results.map((result) => ({ record, result, problem: "" })),
    ...(record.closing?.deviationProblems ?? []).map((problem) => ({
      record,
      result: undefined,
      problem,
    })),
  ]);
  const lines = tests.flatMap(({ record, result, problem }, at) => {
    const { name, version } = record.header.subject;
    return result === undefined
      ? [`not ok ${at + 1} - ${escape(`${name} ${version}: known deviations: ${problem}`)}`]
      : testLines(result, record, `${at + 1} - ${escape(`${name} ${version}:`)}`);
  });
  const ends = records.flatMap(({ header, problems }) =>
    problems.length === 0
      ? []
      : [
          `Bail out! ${escape(`${header.subject.name} ${header.subject.version}: ${problems.join("; ")}`)}`,
        ],
  );
  return ["TAP version 14", `1..${tests.length}`, ...lines, ...ends, ""].join("\n");
}

function testLines(result: RecordResult, record: RunRecord, start: string): string[] {
  const { outcome, kind, reason } = resultOutcome(result, record);
  const title = `${start} ${escape(`${result.scenario} in ${result.world}`)}`;
  switch (outcome) {
    case "passed":
      return [`ok ${title}`];
    case "skipped":
      return [`ok ${title} # SKIP ${escape(reason)}`];
    case "known":
      return [`not ok ${title} # TODO ${escape(reason)}`, ...diagnostic(result, kind, reason)];
    case "failed":
    case "errored":
      return [`not ok ${title}`, ...diagnostic(result, kind, reason)];
  }
}

/** Strings of JSON are strings of YAML. */
function diagnostic(result: RecordResult, kind: string, reason: string): string[] {
  const facts = {
    kind,
    reason,
    ...(result.signature === undefined ? {} : { signature: result.signature }),
    ...(result.replay === undefined ? {} : { replay: result.replay.name }),
    ...(result.story === undefined ? {} : { story: result.story }),
  };
  return [
    "  ---",
    ...Object.entries(facts).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
    "  ...",
  ];
}

function escape(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("\\", "\\\\").replaceAll("#", "\\#");
}
