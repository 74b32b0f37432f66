import type { RecordStanding } from "../record_verdict.ts";

/** What a cell of the matrix says. */
export type CellState =
  | "broken"
  | "unkept"
  | "surprise"
  | "unfinished"
  | "known"
  | "vacuous"
  | "skipped"
  | "unjudged"
  | "held";

/** How a state is shown: never by its colour alone. */
export interface CellLook {
  readonly sign: string;
  readonly label: string;
  readonly meaning: string;
}

/** Every state, from the worst to the best. */
export const CELL_LOOKS: Readonly<Record<CellState, CellLook>> = {
  broken: { sign: "✕", label: "broken", meaning: "a scenario saw the promise broken" },
  surprise: {
    sign: "‽",
    label: "passes",
    meaning: "listed as a known deviation, and passes: the list is out of date",
  },
  unfinished: {
    sign: "!",
    label: "no verdict",
    meaning: "a scenario ran out of time, crashed or failed by itself",
  },
  unkept: {
    sign: "△",
    label: "not kept",
    meaning: "a SHOULD or a MAY that is not kept; the verdict does not change",
  },
  known: { sign: "◆", label: "known", meaning: "broken as its list of known deviations says" },
  vacuous: {
    sign: "○",
    label: "vacuous",
    meaning: "the cases never got to what it is about, which is no pass",
  },
  skipped: { sign: "⊘", label: "skipped", meaning: "it cannot be judged there" },
  unjudged: { sign: "–", label: "not judged", meaning: "nothing in this run judges it" },
  held: { sign: "✓", label: "held", meaning: "every scenario that judges it passed" },
};

/** What a cell says of a requirement: the worst that its results show. */
export function cellState({ requirement, standing, results }: RecordStanding): CellState {
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
