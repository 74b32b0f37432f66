import type { Deviation } from "./deviation.ts";

/** Writes `deviations.json`, sorted by requirement, then by scenario. */
export function formatDeviations(deviations: readonly Deviation[]): string {
  const sorted = deviations.toSorted(
    (one, other) =>
      compareText(one.requirement, other.requirement) ||
      compareText(one.scenario, other.scenario) ||
      compareText(one.signature, other.signature),
  );
  return `${JSON.stringify({ deviations: sorted }, null, 2)}\n`;
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
