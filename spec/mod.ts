/**
 * The law: requirements, ports, contract, error codes and layouts.
 *
 * @module
 */

export type * from "./contract.ts";
export { CHECK_CAUSES } from "./contract.ts";
export { ERROR_CODES, type ErrorCode } from "./error_code.ts";
export { fnmatch } from "./fnmatch.ts";
export type * from "./host.ts";
export type * from "./inference.ts";
export { PLAN_RUNTIMES, RUNNER_NAMES } from "./inference.ts";
export {
  DEFAULT_PATTERNS,
  type Digest,
  type Layout,
  LAYOUTS,
  type Marker,
  MARKER_NAME,
  type MarkerFile,
  METADATA_DIRECTORY,
  REPOSITORY_LAYOUTS,
  type RepositoryLayout,
  REQUIRED_PARTS,
  type RequiredPart,
} from "./layouts.ts";
export {
  type Level,
  type Profile,
  type Requirement,
  type RequirementId,
  REQUIREMENTS,
} from "./requirements.ts";
export type * from "./runner_messages.ts";
export { RUNNER_ERROR_KINDS, RUNNER_OPERATIONS, RUNNER_PROTOCOL } from "./runner_messages.ts";
