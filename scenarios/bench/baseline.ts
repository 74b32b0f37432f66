/**
 * What a measurement is held against: an earlier one, kept in a file.
 *
 * @module
 */

import { readFile, writeFile } from "node:fs/promises";

/** What one client took for one work, medians of the rounds. */
export interface Figures {
  readonly durationMs: number;
  /** `null` where the system does not tell it of another's program. */
  readonly cpuMs: number | null;
}

/** Figures by work and by client. */
export type Measured = Readonly<Record<string, Readonly<Record<string, Figures>>>>;

/** More than so many times the earlier figure is a regression. */
const SLOWER_MAX = 1.1;
const OWN = "reference";
const MEASURES = {
  durationMs: "time",
  cpuMs: "processor time",
} as const satisfies Record<keyof Figures, string>;

/**
 * Reads the figures of a file.
 *
 * @returns undefined when there is no such file
 * @throws {Error} when it cannot be read, or holds no figures
 */
export async function readBaseline(path: string): Promise<Measured | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const value: unknown = JSON.parse(text);
  if (!isMeasured(value))
    throw new Error(
      `Cannot compare with "${path}" as it holds no figures of a measurement; name another file, or remove it to have it made anew`,
    );
  return value;
}

/** Keeps figures in a file. */
export async function keepBaseline(path: string, measured: Measured): Promise<void> {
  await writeFile(path, `${JSON.stringify(measured, undefined, 2)}\n`);
}

/**
 * What became slower by more than a tenth, a line each.
 *
 * Times are compared as multiples of what another client takes for the same work in the same run, as a machine is not
 * always as busy; only where no other client is in both, by themselves.
 */
export function slowerThan(baseline: Measured, measured: Measured): string[] {
  return Object.entries(measured).flatMap(([work, clients]) => {
    const before = baseline[work];
    const own = clients[OWN];
    const ownBefore = before?.[OWN];
    if (before === undefined || own === undefined || ownBefore === undefined) return [];
    const other = Object.keys(clients).find((name) => name !== OWN && name in before);
    return (["durationMs", "cpuMs"] as const).flatMap((measure) => {
      const unit = (all: typeof clients) => (other === undefined ? 1 : all[other]?.[measure]);
      const now = (own[measure] ?? Number.NaN) / (unit(clients) ?? Number.NaN);
      const then = (ownBefore[measure] ?? Number.NaN) / (unit(before) ?? Number.NaN);
      if (!(now > then * SLOWER_MAX)) return [];
      const percent = Math.round((now / then - 1) * 100);
      const beside = other === undefined ? "" : `, as a multiple of what ${other} takes`;
      return [`${work}: ${percent} % more ${MEASURES[measure]} than the baseline${beside}`];
    });
  });
}

function isMeasured(value: unknown): value is Measured {
  return (
    isRecord(value) &&
    Object.values(value).every((work) => isRecord(work) && Object.values(work).every(isFigures))
  );
}

function isFigures(value: unknown): value is Figures {
  if (!isRecord(value) || typeof value["durationMs"] !== "number") return false;
  return typeof value["cpuMs"] === "number" || value["cpuMs"] === null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
