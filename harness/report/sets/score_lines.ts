import { type Grade, GRADES } from "../../../spec/sets/mod.ts";
import type { RecordScore, Tally } from "./score_record.ts";

/** What a record comes to by a set, in a line for the grade and one for each grade above it. */
export function scoreLines(score: RecordScore): string[] {
  const { set, ungraded, leftOut, notScored } = score;
  const grade = score.grade ?? "none";
  const above = GRADES.slice(score.grade === undefined ? 0 : GRADES.indexOf(score.grade) + 1);
  return [
    `grade by set ${set}: ${ungraded === undefined ? grade : `none, as ${ungraded}`}`,
    ...above.map((one) => `  ${one}: ${tallyText(score.grades[one])}`),
    ...(leftOut.length === 0
      ? []
      : [`  left out, as no scenario of these worlds judges it: ${leftOut.join(", ")}`]),
    ...(notScored.length === 0
      ? []
      : [`  not scored, as it came after the set: ${notScored.join(", ")}`]),
  ];
}

/** How many of the requirements of a grade are held, and what became of the others. */
export function tallyText({ held, broken, notShown, skipped }: Tally): string {
  const all = held.length + broken.length + notShown.length + skipped.length;
  const parts = [
    `${broken.length} broken`,
    `${notShown.length} not shown`,
    `${skipped.length} skipped`,
  ].filter((part) => !part.startsWith("0 "));
  return `${held.length} of ${all} held${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
}

const COLORS: Readonly<Record<Grade, string>> = {
  bronze: "cd7f32",
  silver: "c0c0c0",
  gold: "ffd700",
};

/**
 * Writes the grade of a record as JSON for the endpoint badge of shields.io. It names the set, as a grade means nothing
 * without it.
 *
 * @param label the text to the left of the grade
 */
export function gradeBadge(score: RecordScore, label: string): string {
  const { grade, set, grades } = score;
  const message =
    grade === undefined
      ? `none (${set}): bronze ${grades.bronze.held.length} held, ${grades.bronze.broken.length} broken`
      : `${grade} (${set})`;
  const color = grade === undefined ? "lightgrey" : COLORS[grade];
  return `${JSON.stringify({ schemaVersion: 1, label, message, color })}\n`;
}
