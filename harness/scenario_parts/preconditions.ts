import type { Layout } from "../../spec/mod.ts";
import { NotApplicable } from "../errors.ts";
import type { SubjectCapability, SubjectOperation } from "../subjects/message.ts";
import { isProgram } from "../subjects/program.ts";
import type { World } from "../worlds/world.ts";

/**
 * Says that a subject will pause for so long, by the world's clock.
 *
 * @throws {NotApplicable} where nobody waits so long
 */
export function needsPatience(world: Pick<World, "clock">, durationMs: number): void {
  const { patienceMs = Number.POSITIVE_INFINITY } = world.clock;
  if (durationMs > patienceMs)
    throw new NotApplicable(
      `nobody waits for pauses of ${Math.round(durationMs / 1000)} s by this subject's clock`,
    );
}

/**
 * Says that a case is about what follows when a download finds another commit. Who never looks for one breaks `DL-NEW-COMMIT`, and does
 * nothing that could be judged here.
 *
 * @param exchanges what the hub was asked by a download that succeeded
 * @throws {NotApplicable} where it asked for nothing
 */
export function needsLookForUpdate(exchanges: readonly unknown[]): void {
  if (exchanges.length === 0)
    throw new NotApplicable("it did not ask the hub whether there is another commit");
}

/**
 * Says that a case is about a layout.
 *
 * @throws {NotApplicable} where the subject does not have it
 */
export function needsLayout(world: Pick<World, "subject">, layout: Layout): void {
  const { subject } = world;
  if (isProgram(subject) && !subject.claims.layouts.includes(layout))
    throw new NotApplicable(`${subject.name} does not have layout ${layout}`);
}

/**
 * Says that a case is about what a program may be unable to do, before anything is done in vain.
 *
 * @throws {NotApplicable} where the subject does not claim it
 */
export function needsCapability(
  world: Pick<World, "subject">,
  capability: SubjectCapability,
): void {
  if (!hasCapability(world, capability))
    throw new NotApplicable(`${world.subject.name} does not claim capability ${capability}`, {
      isLasting: true,
    });
}

/** Whether the subject claims a capability, so that a scenario can go on without it. */
export function hasCapability(
  { subject }: Pick<World, "subject">,
  capability: SubjectCapability,
): boolean {
  return !isProgram(subject) || subject.claims.capabilities.includes(capability);
}

/**
 * Says that a case can be played only with a subject within the harness's own process.
 *
 * @throws {NotApplicable} in a world of processes
 */
export function needsOwnProcess(world: Pick<World, "kind">, why: string): void {
  if (world.kind === "process") throw new NotApplicable(why, { isLasting: true });
}

/** Whether the subject does an operation at all, so that a scenario can go on without it. */
export function doesOperation(world: Pick<World, "subject">, operation: SubjectOperation): boolean {
  const { subject } = world;
  return !isProgram(subject) || subject.claims.operations.includes(operation);
}
