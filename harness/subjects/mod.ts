/**
 * Subjects in processes of their own: the protocol and the processes.
 *
 * @module
 */

export { faultOfMessage, faultOfOrder, faultOfResult } from "./check_message.ts";
export { HEAD } from "./head_view.ts";
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
export { SubjectConnection } from "./subject_connection.ts";
export { SubjectFault, type SubjectFaultKind } from "./subject_fault.ts";
