import { REQUIREMENTS, type Requirement } from "../../../spec/mod.ts";
import type { RequirementSet } from "../../../spec/sets/mod.ts";

/**
 * The requirements that a verdict is by.
 *
 * @param set the frozen set of the run. @default {every requirement of this version}
 */
export function lawOfSet(set?: RequirementSet): Readonly<Record<string, Requirement>> {
  if (set === undefined) return REQUIREMENTS;
  const kept = Object.entries(REQUIREMENTS).filter(([id]) => Object.hasOwn(set.requirements, id));
  return Object.fromEntries(kept);
}
