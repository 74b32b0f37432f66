/**
 * The record of a run, and the reports that are made from it.
 *
 * @module
 */

export { badgeReport } from "./formats/badge_report.ts";
export {
  defectTable,
  type FoundDefect,
  foundDefects,
  type KnownDefect,
} from "./tables/defect_table.ts";
export { escapeMarkup } from "./formats/escape_markup.ts";
export { failureStory, type FailureStoryOptions } from "./failure_story.ts";
export { htmlReport, type HtmlReportOptions } from "./html/html_report.ts";
export { Markup, markup, type MarkupValue } from "./html/markup.ts";
export { junitReport } from "./formats/junit_report.ts";
export { specSha256 } from "./record/spec_sha256.ts";
export { matrixTable } from "./tables/matrix_table.ts";
export { markdownReport } from "./formats/markdown_report.ts";
export { type MergedRecord, mergeRecords, type NamedRecord } from "./record/merge_records.ts";
export {
  idleScenarios,
  miniatureSummary,
  miniatureTable,
  type MiniatureTableOptions,
} from "./tables/miniature_table.ts";
export { amendRecord } from "./record/amend_record.ts";
export { parseRecord } from "./record/parse_record.ts";
export { type RecordStanding, recordStandings, recordVerdict } from "./record_verdict.ts";
export {
  RecordWriter,
  type RecordWriterOptions,
  type ResultMaterial,
} from "./record/record_writer.ts";
export { requirementTable, type RequirementTableOptions } from "./tables/requirement_table.ts";
export { type Outcome, resultOutcome, type ResultOutcome } from "./result_outcome.ts";
export { requirementLines } from "./record/requirement_lines.ts";
export { type HistoryRow, historyRow, parseHistory } from "./history/history_row.ts";
export {
  type ClientTrend,
  compareVersions,
  historyTrends,
  type TrendStep,
} from "./history/history_trend.ts";
export { trendPage } from "./history/trend_page.ts";
export { freezeSet, type SetFacts, setSha256, setText } from "./sets/freeze_set.ts";
export { lawOfSet } from "./sets/law_of_set.ts";
export { gradeBadge, scoreLines, tallyText } from "./sets/score_lines.ts";
export { type RecordScore, type ScoredRun, scoreRecord, type Tally } from "./sets/score_record.ts";
export { setFaults, type SetSurroundings } from "./sets/set_faults.ts";
export { runMachine } from "./record/run_machine.ts";
export type {
  RecordClosing,
  RecordHeader,
  RecordLine,
  RecordReplay,
  RecordRequirement,
  RecordResult,
  RunMachine,
  RunRecord,
} from "./record/run_record.ts";
export { annotationReport } from "./formats/annotation_report.ts";
export { flakyDeviations } from "./flaky_deviations.ts";
export { requirementReasons, type RequirementReasons } from "./requirement_reasons.ts";
export { shownStanding, type ShownStanding } from "./shown_standing.ts";
export { standingCounts, type CountedStanding } from "./standing_counts.ts";
export { tapReport } from "./formats/tap_report.ts";
export { traceTable, type TraceTableOptions } from "./tables/trace_table.ts";
export {
  type RequirementTrace,
  traceabilityGaps,
  type TraceabilityGaps,
  traceRequirements,
} from "./tables/traceability.ts";
export { failureStories } from "./failure_story.ts";
export { SealedFile } from "./record/sealed_file.ts";
export { errorAnnotation, terminalText, type TerminalTextOptions } from "./terminal_text.ts";
