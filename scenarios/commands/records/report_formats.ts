/**
 * The reports that can be made from records.
 *
 * @module
 */

import type { RequirementSet } from "../../../spec/sets/mod.ts";

/** What each is, by the option that asks for it. */
export const REPORTS = {
  html: "one page with the matrix of requirements and subjects",
  junit: "JUnit XML, for tools that count tests",
  markdown: "Markdown, for the summary of a CI job",
  tap: "TAP 14",
  annotations: "workflow commands that annotate failures on GitHub",
  badge: "JSON for the endpoint badge of shields.io",
  grade: "the same with the grade by a frozen set, of one record",
} as const;

/** A report. */
export type ReportName = keyof typeof REPORTS;

/** Where each report goes, and the title of those that have one. */
export type ReportOptions = Readonly<Partial<Record<ReportName | "title", string>>> & {
  /** The frozen set of the grades. @default {that of the record, else the newest} */
  readonly set?: RequirementSet;
};
