/**
 * The table of what the scenarios notice, by part of the source.
 *
 * @module
 */

import { areaOf, type JudgedMutant, type MutantEnd } from "./mutant.ts";

const COLUMNS: readonly MutantEnd[] = [
  "killed",
  "unblamed",
  "timeout",
  "unit",
  "survived",
  "unreached",
  "equivalent",
];

/** Ends by which the scenarios noticed a mutant. */
const NOTICED: ReadonlySet<MutantEnd> = new Set(["killed", "unblamed", "timeout"]);

/** What became of the mutants by part of the source, as a Markdown table. */
export function mutationTable(judged: readonly JudgedMutant[]): string {
  const areas = [...new Set(judged.map(areaOf))].toSorted();
  const rows = [...areas, "all"].map((area) => {
    const own = area === "all" ? judged : judged.filter((mutant) => areaOf(mutant) === area);
    const counts = COLUMNS.map((end) => own.filter((mutant) => mutant.end === end).length);
    return `| ${[area, own.length, ...counts, scoreOf(own), blameOf(own)].join(" | ")} |`;
  });
  return [
    `| part of src | mutants | ${COLUMNS.join(" | ")} | by scenarios | of these by a requirement |`,
    `| --- |${" --- |".repeat(COLUMNS.length + 3)}`,
    ...rows,
  ].join("\n");
}

/** The share that scenarios noticed of those that are not known to be equivalent. */
function scoreOf(judged: readonly JudgedMutant[]): string {
  const different = judged.filter(({ end }) => end !== "equivalent");
  return percent(different.filter(({ end }) => NOTICED.has(end)).length, different.length);
}

function blameOf(judged: readonly JudgedMutant[]): string {
  const noticed = judged.filter(({ end }) => NOTICED.has(end));
  return percent(noticed.filter(({ end }) => end === "killed").length, noticed.length);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.round((part / whole) * 100)} %`;
}
