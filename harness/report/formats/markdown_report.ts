import { escapeMarkup } from "./escape_markup.ts";
import { recordStandings, recordVerdict } from "../record_verdict.ts";
import { type ShownStanding, shownStanding } from "../shown_standing.ts";
import { resultOutcome } from "../result_outcome.ts";
import { flakyDeviations } from "../flaky_deviations.ts";
import type { RecordResult, RunRecord } from "../record/run_record.ts";

/** A summary stays short; the record has every failure. */
const STORIES_MAX = 30;

const COLUMNS: readonly (readonly [standing: ShownStanding, title: string])[] = [
  ["held", "held"],
  ["broken", "broken"],
  ["not held", "SHOULD not held"],
  ["deviates", "known deviation"],
  ["vacuous", "vacuous"],
  ["skipped", "skipped"],
  ["not judged", "not judged"],
  ["not scored", "not scored"],
];

const SIGNS: Readonly<Record<string, string>> = {
  conformant: "✅",
  "conformant with deviations": "☑️",
  "conformant in part": "☑️",
  partial: "⚠️",
};

/** Writes records as Markdown for the summary of a job: a table of subjects, then what went wrong with each. */
export function markdownReport(records: readonly RunRecord[]): string {
  const titles = ["subject", "verdict", ...COLUMNS.map(([, title]) => title), "cases"];
  const rows = records.map((record) => {
    const { subject } = record.header;
    const standings = recordStandings(record).map(({ requirement, standing }) =>
      shownStanding(requirement, standing),
    );
    const verdict = recordVerdict(record);
    const cases = record.results.reduce((sum, result) => sum + result.cases, 0);
    return [
      escape(`${subject.name} ${subject.version}`),
      `${SIGNS[verdict] ?? "❌"} ${verdict}`,
      ...COLUMNS.map(([standing]) => String(standings.filter((one) => one === standing).length)),
      String(cases),
    ];
  });
  const table = [titles, titles.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return ["## mlx-layout conformance", "", ...table, "", ...records.flatMap(troubleLines)].join(
    "\n",
  );
}

function troubleLines(record: RunRecord): string[] {
  const { subject, seed, suite, machine, shard } = record.header;
  const wrong = record.results.filter((result) => {
    const { outcome } = resultOutcome(result, record);
    return outcome === "failed" || outcome === "errored";
  });
  const problems = [...record.problems, ...(record.closing?.deviationProblems ?? [])];
  const sometimes = flakyDeviations(record.results);
  const part = shard === undefined ? "" : `, shard ${shard.index} of ${shard.count}`;
  return [
    `### ${escape(`${subject.name} ${subject.version}`)}`,
    "",
    `Suite ${suite.version}, seed ${seed}, ${machine.os} ${machine.arch}, Node ${machine.node}, ${machine.filesystem}${part}`,
    "",
    ...(sometimes === undefined ? [] : [sometimes, ""]),
    ...problems.map((problem) => `- ❌ ${escape(problem)}`),
    ...(problems.length > 0 ? [""] : []),
    ...wrong.slice(0, STORIES_MAX).flatMap((result) => storyLines(result, record)),
    ...(wrong.length > STORIES_MAX ? [`… and ${wrong.length - STORIES_MAX} more.`, ""] : []),
  ];
}

function storyLines(result: RecordResult, record: RunRecord): string[] {
  const { kind, reason } = resultOutcome(result, record);
  const text = result.story ?? reason;
  // A fence must be longer than any fence in its content.
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return [
    // Within tags Markdown does not apply.
    `<details><summary><b>${escapeMarkup(kind)}</b> ${escapeMarkup(`${result.scenario} in ${result.world}`)}</summary>`,
    "",
    `${fence}text`,
    text,
    fence,
    "",
    "</details>",
    "",
  ];
}

/** Escapes markup, the end of a cell, and mentions of users. */
function escape(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]|#~]/g, String.raw`\$&`)
    .replaceAll("@", "@\u200b");
}
