/**
 * Subjects that are programs: the subject protocol, their processes and the known adapters.
 *
 * @module
 */

export { faultOfMessage, faultOfOrder, faultOfResult } from "./check_message.ts";
export { clientCache } from "./versions/client_cache.ts";
export { deviationsBeside } from "./deviations_beside.ts";
export {
  findProgram,
  type FindProgramOptions,
  type FoundProgram,
  isInstalled,
  splitCommand,
} from "./find_program.ts";
export { shellWord, type SubjectOptions, subjectOptions, subjectText } from "./subject_text.ts";
export { HEAD } from "./head_view.ts";
export {
  installedName,
  KNOWN_SUBJECTS,
  type KnownSubject,
  type SubjectPackages,
} from "./known_subjects.ts";
export { newestVersion } from "./versions/newest_version.ts";
export {
  type ClientVersion,
  clientVersion,
  subjectAt,
  VERSIONED_CLIENTS,
  type VersionedClient,
} from "./versions/versioned_clients.ts";
export { loopbackOnly, type NetworkBounds } from "./loopback_only.ts";
export {
  type MessageFromSubject,
  type MessageToSubject,
  PROTOCOL_VERSION,
  SUBJECT_LIMITS,
  type SubjectCapability,
  type SubjectEvent,
  type SubjectHello,
  type SubjectLimits,
  type SubjectOperation,
  type SubjectResult,
  type SubjectRole,
} from "./message.ts";
export { isProgram, type ProgramSubject, programSubject, type SubjectProgram } from "./program.ts";
export { answersFor, roleOf } from "./role_of.ts";
export { mayBeOffline } from "./program_manager.ts";
export { startProgram } from "./start_program.ts";
export { SubjectConnection } from "./subject_connection.ts";
export { type ProgramLimitations } from "./program.ts";
