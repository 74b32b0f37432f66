import type { SubjectOperation } from "../subjects/message.ts";
import { isProgram } from "../subjects/program.ts";
import type { World } from "../worlds/world.ts";

/** Whether the subject does an operation at all, so that a story can go on without it. */
export function doesOperation(world: Pick<World, "subject">, operation: SubjectOperation): boolean {
  const { subject } = world;
  return !isProgram(subject) || subject.claims.operations.includes(operation);
}
