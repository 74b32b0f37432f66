import { NotPossibleHere } from "../scenario/not_possible_here.ts";
import type { World } from "../worlds/world.ts";

/**
 * Says that a case can be played only with a subject within the court's own process.
 *
 * @throws {NotPossibleHere} in a world of processes
 */
export function needsOwnProcess(world: Pick<World, "kind">, why: string): void {
  if (world.kind === "process") throw new NotPossibleHere(why);
}
