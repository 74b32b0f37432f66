import { InvalidArgumentError } from "commander";
import type { ListedModel } from "../../spec/mod.ts";
import { parseSize } from "./parse_options.ts";

/** Keeps some models of a list. */
export type ListFilter = (model: ListedModel, nowMs: number) => boolean;

const DAY_MS = 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  h: DAY_MS / 24,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};

/** Words of `state=`: the three states, and a model that lies where MLX does not look. */
const STATES = ["complete", "incomplete", "unknown", "misplaced"];

/**
 * Parses what a list is to keep: `state=incomplete`, `store=lm-studio`, `size>1GB`, `used>30d` (used longer ago), or a part
 * of the repository or directory, in any case.
 *
 * @throws {InvalidArgumentError}
 */
export function parseListFilter(text: string): ListFilter {
  const [, key, sign, rest = ""] = /^(state|store|size|used) ?([<=>])(.+)$/.exec(text.trim()) ?? [];
  const value = rest.trim();
  if (key === undefined) {
    const part = text.toLowerCase();
    return ({ repository = "", directory }) =>
      repository.toLowerCase().includes(part) || directory.toLowerCase().includes(part);
  }
  if (key === "state" || key === "store") {
    if (sign !== "=") throw new InvalidArgumentError(`Write ${key}=${value}.`);
    if (key === "store") return (model) => (model.store ?? "root") === value;
    if (!STATES.includes(value)) throw new InvalidArgumentError(`States are ${STATES.join(", ")}.`);
    return (model) => shownState(model) === value;
  }
  const limit = key === "size" ? parseSize(value) : parseAge(value);
  const isWithin = (amount: number) =>
    sign === ">" ? amount > limit : sign === "<" ? amount < limit : amount === limit;
  return key === "size"
    ? ({ diskBytes, sizeBytes }) => isWithin(diskBytes ?? sizeBytes)
    : ({ usedMs }, nowMs) => usedMs !== undefined && isWithin(nowMs - usedMs);
}

/** The state as a list shows it. */
export function shownState({ state, misplaced }: ListedModel): string {
  return misplaced === undefined ? state : "misplaced";
}

function parseAge(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([hdwy])$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  if (unitMs === undefined)
    throw new InvalidArgumentError("Expected an age such as 12h, 30d, 8w or 1y.");
  return Number(count) * unitMs;
}

/** Parses an option that may be repeated; all of its conditions must hold. @throws {InvalidArgumentError} */
export function collectFilters(
  text: string,
  earlier: readonly ListFilter[] = [],
): readonly ListFilter[] {
  return [...earlier, parseListFilter(text)];
}
