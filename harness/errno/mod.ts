/**
 * Errno sweeps: every call of a disk refused in turn, until there is no further one.
 *
 * @module
 */

export { ERRNO_STAGES, type ErrnoFinding, type ErrnoStage } from "./errno_kind.ts";
export { type ErrnoOutcome, runErrnoCase } from "./errno_case.ts";
export { ERRNO_KINDS, type ErrnoKind } from "./errno_kind.ts";
export { errnoTable } from "./errno_table.ts";
export {
  type ErrnoSeries,
  errnoSeries,
  type ErrnoSeriesResult,
  type ErrnoViolation,
  runErrnoSeries,
} from "./sweep_errno.ts";
