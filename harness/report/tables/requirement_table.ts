import { REQUIREMENTS } from "../../../spec/mod.ts";
import type { RequirementSet } from "../../../spec/sets/mod.ts";
import { type ShownStanding, shownStanding } from "../shown_standing.ts";
import { requirementVerdicts } from "../../suite/run_suite.ts";
import type { ScenarioResult } from "../../scenario/scenario_result.ts";
import type { WorldKind } from "../../worlds/world.ts";

const MARKS: Readonly<Record<ShownStanding, string>> = {
  held: "held",
  "not held": "not held",
  broken: "BROKEN",
  deviates: "DEVIATES",
  vacuous: "VACUOUS",
  skipped: "skipped",
  "not judged": "-",
  "not scored": "not scored",
};

/** Options of {@linkcode requirementTable}. */
export interface RequirementTableOptions {
  readonly worlds: readonly WorldKind[];
  /** Whether to list requirements that no scenario covered too. @default {false} */
  readonly all?: boolean;
  /** The frozen set of the run. @default {every requirement is scored} */
  readonly set?: RequirementSet | undefined;
}

/**
 * Writes the results of a run as a table of text: a line for each requirement, with its number of cases in each world.
 */
export function requirementTable(
  results: readonly ScenarioResult[],
  options: RequirementTableOptions,
): string {
  const { worlds, set } = options;
  const isScored = (id: string) => set === undefined || Object.hasOwn(set.requirements, id);
  const verdicts = requirementVerdicts(results);
  const judged = verdicts.filter(
    ({ standing }) => options.all === true || standing !== "not judged",
  );
  const rows = judged.map(({ id, standing, cases, scenarios }) => [
    id,
    REQUIREMENTS[id].level,
    isScored(id) ? MARKS[shownStanding(REQUIREMENTS[id], standing)] : MARKS["not scored"],
    ...worlds.map((world) => String(cases[world] ?? 0)),
    scenarios.join(" "),
  ]);
  const lines = formatRows(
    [["requirement", "level", "standing", ...worlds, "scenarios"], ...rows],
    3 + worlds.length,
  );
  const rest = verdicts.filter(({ standing }) => standing === "not judged").map(({ id }) => id);
  if (options.all !== true && rest.length > 0)
    lines.push("", `not judged in this run: ${rest.length} of ${verdicts.length}`);
  return lines.join("\n");
}

/** Aligns all columns but the last. */
function formatRows(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const [header] = rows;
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const isNumber = at >= 3 && at < columns && row !== header;
        return isNumber ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
      })
      .join("  ")
      .trimEnd(),
  );
}
