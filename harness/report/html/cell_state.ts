import type { RecordStanding } from "../record_verdict.ts";

/** The state of a cell of the matrix. */
export type CellState =
  | "broken"
  | "unkept"
  | "surprise"
  | "unfinished"
  | "known"
  | "vacuous"
  | "skipped"
  | "unjudged"
  | "unscored"
  | "held";

/** How a state is shown: never by its colour alone. */
export interface CellLook {
  readonly sign: string;
  readonly label: string;
  readonly meaning: string;
}

/** Every state, from the worst to the best. */
export const CELL_LOOKS: Readonly<Record<CellState, CellLook>> = {
  broken: { sign: "✕", label: "broken", meaning: "a scenario saw the requirement broken" },
  surprise: {
    sign: "‽",
    label: "passes",
    meaning: "listed as a known deviation, but passes: the list is out of date",
  },
  unfinished: {
    sign: "!",
    label: "no verdict",
    meaning: "a scenario timed out, crashed or had an error",
  },
  unkept: {
    sign: "△",
    label: "not held",
    meaning: "a SHOULD or a MAY that does not hold; the verdict does not change",
  },
  known: { sign: "◆", label: "known", meaning: "broken as its list of known deviations says" },
  vacuous: {
    sign: "○",
    label: "vacuous",
    meaning: "no case reached what the scenario is about; this is not a pass",
  },
  skipped: { sign: "⊘", label: "skipped", meaning: "it cannot be tested there" },
  unjudged: { sign: "–", label: "not judged", meaning: "no scenario of this run covers it" },
  unscored: { sign: "·", label: "not scored", meaning: "it came after the frozen set of the run" },
  held: { sign: "✓", label: "held", meaning: "every scenario that covers it passed" },
};

/** The state of a cell: the worst of its results. */
export function cellState({ requirement, standing, results }: RecordStanding): CellState {
  if (requirement.scored === false) return "unscored";
  if (standing === "broken") return requirement.level === "MUST" ? "broken" : "unkept";
  const statuses = results.map(({ status }) => status);
  if (statuses.includes("unexpected-pass")) return "surprise";
  const ended = ["pass", "fail", "expected-fail", "vacuous", "skip"];
  if (statuses.some((status) => !ended.includes(status))) return "unfinished";
  switch (standing) {
    case "deviates":
      return "known";
    case "not judged":
      return "unjudged";
    default:
      return standing;
  }
}
