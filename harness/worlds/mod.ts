/**
 * Worlds: where a subject meets a disk, a hub and a clock.
 *
 * @module
 */

export { diskWorld } from "./disk_world.ts";
export { memoryWorld } from "./memory_world.ts";
export { type KillPoint } from "./process_gate.ts";
export { PAGE_BYTES } from "./small_volume.ts";
export { processWorld } from "./process_world.ts";
export { seededRandom } from "./seeded_random.ts";
export type { Preemption, Schedule } from "./call_scheduler.ts";
export {
  type RunningSubject,
  type RunsByWorld,
  type StartOptions,
  type World,
  WORLD_KINDS,
  type WorldClock,
  type WorldKind,
  type WorldOptions,
} from "./world.ts";
export { type TracedProcess, type TraceEvent, WorldTrace } from "./world_trace.ts";
export { probeProgram, probeSandbox } from "./programs/probe_program.ts";
export { type Script, scriptedSubject } from "./scripted_subject.ts";
export { smoke, type SmokeCheck } from "./smoke.ts";
