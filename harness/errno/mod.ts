/**
 * Errno sweeps: every call of a disk refused in turn, until there is no further one.
 *
 * @module
 */

export {
  ERRNO_STAGES,
  type ErrnoFinding,
  type ErrnoOutcome,
  type ErrnoStage,
  runErrnoCase,
} from "./errno_case.ts";
export { ERRNO_KINDS, type ErrnoKind } from "./errno_kind.ts";
export { errnoTable } from "./errno_table.ts";
export {
  type ErrnoSeries,
  errnoSeries,
  type ErrnoSeriesResult,
  type ErrnoViolation,
  runErrnoSeries,
} from "./sweep_errno.ts";
