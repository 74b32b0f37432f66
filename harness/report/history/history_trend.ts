import type { HistoryRow } from "./history_row.ts";

/** One version of a client, and what changed since the version before it. */
export interface TrendStep {
  readonly row: HistoryRow;
  /** Requirements that the version before broke, and this one holds. */
  readonly mended: readonly string[];
  /** Requirements that the version before held, and this one breaks. */
  readonly newlyBroken: readonly string[];
}

/** A client by version. */
export interface ClientTrend {
  readonly client: string;
  /** The frozen set by which all of its versions were judged. */
  readonly set: string;
  /** From the oldest version to the newest. */
  readonly steps: readonly TrendStep[];
}

/**
 * Puts the rows of a history in the order of versions, for each client and set. Where a version was judged several times,
 * the last row counts. Versions of different sets are not compared.
 */
export function historyTrends(rows: readonly HistoryRow[]): ClientTrend[] {
  const groups = new Map<string, Map<string, HistoryRow>>();
  for (const row of rows) {
    const key = JSON.stringify([row.client, row.set]);
    groups.set(key, (groups.get(key) ?? new Map<string, HistoryRow>()).set(row.version, row));
  }
  return [...groups.values()].flatMap((versions) => {
    const sorted = [...versions.values()].toSorted((one, other) =>
      compareVersions(one.version, other.version),
    );
    const [first] = sorted;
    if (first === undefined) return [];
    const steps = sorted.map((row, at) => stepOf(row, sorted[at - 1]));
    return [{ client: first.client, set: first.set, steps }];
  });
}

function stepOf(row: HistoryRow, before: HistoryRow | undefined): TrendStep {
  const { held = [], broken = [] } = before ?? {};
  return {
    row,
    mended: row.held.filter((id) => broken.includes(id)),
    newlyBroken: row.broken.filter((id) => held.includes(id)),
  };
}

/**
 * The order of two versions, by their numbers and then by what follows these.
 *
 * @example
 * ```ts
 * import { compareVersions } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(["2.4.0", "v0.10.1", "0.9.2"].toSorted(compareVersions), ["0.9.2", "v0.10.1", "2.4.0"]);
 * ```
 */
export function compareVersions(one: string, other: string): number {
  const numbers = [one, other].map((text) => (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? "0").split("."));
  const [mine = [], others = []] = numbers;
  for (let at = 0; at < Math.max(mine.length, others.length); at++) {
    const difference = Number(mine[at] ?? 0) - Number(others[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one < other ? -1 : Number(one > other);
}
