import { splitCommand } from "../../subjects/find_program.ts";
import { resultOutcome } from "../result_outcome.ts";
import type { RunRecord } from "../record/run_record.ts";

/** GitHub shows no more errors of one step. */
const ERRORS_MAX = 10;

/**
 * Writes what went wrong as workflow commands of GitHub, which then stands beside the changes of a pull request: broken
 * requirements first, at most ten, at the adapter's file where the command line names one. No text of a record can
 * become a command or a property.
 */
export function annotationReport(records: readonly RunRecord[]): string {
  const errors = records.flatMap(recordErrors);
  const more = errors.length - ERRORS_MAX;
  const lines = errors.slice(0, ERRORS_MAX).map(({ title, message, file }) => {
    const place = file === undefined ? "" : `file=${property(file)},line=1,`;
    return `::error ${place}title=${property(title)}::${data(message)}\n`;
  });
  if (more > 0)
    lines.push(`::notice::${more} more failures are in the summary and in the report\n`);
  return lines.join("");
}

interface Annotation {
  readonly title: string;
  readonly message: string;
  readonly file: string | undefined;
}

function recordErrors(record: RunRecord): Annotation[] {
  const { subject } = record.header;
  const file = subject.command === undefined ? undefined : adapterFile(subject.command);
  const wrong = record.results.flatMap((result) => {
    const { outcome, kind, reason } = resultOutcome(result, record);
    if (outcome !== "failed" && outcome !== "errored") return [];
    const verb = outcome === "failed" ? "broke " : "";
    const title = `${subject.name} ${verb}${kind}: ${result.scenario} in ${result.world}`;
    return [{ outcome, title, message: result.story ?? reason, file }];
  });
  const problems = [...record.problems, ...(record.closing?.deviationProblems ?? [])];
  return [
    ...wrong.filter(({ outcome }) => outcome === "failed"),
    ...problems.map((message) => ({ title: `${subject.name}: the run`, message, file })),
    ...wrong.filter(({ outcome }) => outcome === "errored"),
  ];
}

/** The file in the repository that a command line runs, if one of its words looks like one. */
function adapterFile(command: string): string | undefined {
  const words = splitCommand(command).map((word) => word.replace(/^\.\//, ""));
  return words.find((word) => /^[\w-][\w./-]*\.\w+$/.test(word) && !word.includes(".."));
}

/** A message: the runner reads only these three back. A colon after a colon, and `##[`, begin commands. */
function data(text: string): string {
  return text
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll(/:(?=:)/g, ":\u200b")
    .replaceAll("##[", "##\u200b[");
}

/** A property ends at a comma or a colon. */
function property(text: string): string {
  return text
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll(":", "%3A")
    .replaceAll(",", "%2C")
    .replaceAll("##[", "##\u200b[");
}
