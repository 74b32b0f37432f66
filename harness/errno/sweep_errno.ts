import type { Subject } from "../../spec/mod.ts";
import type { RefusalCode } from "../disk/mod.ts";
import { memoryWorld } from "../worlds/memory_world.ts";
import { runErrnoCase } from "./errno_case.ts";
import {
  ERRNO_STAGES,
  type ErrnoFinding,
  type ErrnoStage,
  ERRNO_KINDS,
  type ErrnoKind,
} from "./errno_kind.ts";

/** One way of failing, from its first call to the first that no longer is. */
export interface ErrnoSeries {
  readonly stage: ErrnoStage;
  readonly kind: ErrnoKind;
  readonly code: RefusalCode;
  readonly forever: boolean;
}

/** A refusal that was not survived. */
export interface ErrnoViolation extends ErrnoSeries, Omit<ErrnoFinding, "kind"> {
  readonly nth: number;
  readonly finding: ErrnoFinding["kind"];
}

/** What a series showed. */
export interface ErrnoSeriesResult extends ErrnoSeries {
  /** The last call that was refused: the one after it never came, so every one was hit. */
  readonly nthReached: number;
  readonly violations: readonly ErrnoViolation[];
  readonly caughtMidway: number;
}

/** Every series of a sweep. */
export function errnoSeries(
  filter: {
    readonly stages?: readonly ErrnoStage[];
    readonly kinds?: readonly string[];
    readonly codes?: readonly string[];
  } = {},
): ErrnoSeries[] {
  const { stages = ERRNO_STAGES, kinds, codes } = filter;
  return stages.flatMap((stage) =>
    ERRNO_KINDS.filter(({ name }) => kinds?.includes(name) ?? true).flatMap((kind) =>
      kind.codes
        .filter((code) => codes?.includes(code) ?? true)
        .flatMap((code) => [false, true].map((forever) => ({ stage, kind, code, forever }))),
    ),
  );
}

/** No operation makes so many calls of one kind; a series that comes here would never end. */
const NTH_MAX = 10_000;

/** Refuses the first, the second, … call of a kind, each in a fresh world, until there is no such call. */
export async function runErrnoSeries(
  subject: Subject,
  series: ErrnoSeries,
): Promise<ErrnoSeriesResult> {
  const { stage, kind, code, forever } = series;
  const violations: ErrnoViolation[] = [];
  let caughtMidway = 0;
  for (let nth = 1; nth < NTH_MAX; nth++) {
    await using world = await memoryWorld(subject, { style: { chunkBytes: 150 } });
    const refusal = { ...kind.refusal, code, nth, forever };
    const { fired, findings, isCaughtMidway } = await runErrnoCase(world, { stage, refusal });
    if (fired === 0) return { ...series, nthReached: nth - 1, violations, caughtMidway };
    if (isCaughtMidway) caughtMidway++;
    for (const { kind: finding, detail } of findings)
      violations.push({ ...series, nth, finding, detail });
  }
  throw new RangeError(`Cannot end the sweep of "${kind.name}": it fired ${NTH_MAX} times`);
}
