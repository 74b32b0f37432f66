import type { Requirement } from "../../../spec/mod.ts";
import { type RequirementSet, type WithdrawnRequirement } from "../../../spec/sets/mod.ts";
import { setSha256 } from "./freeze_set.ts";

/** What a set is compared with. */
export interface SetSurroundings {
  /** The digest that was recorded when it was frozen. */
  readonly sha256: string;
  readonly law: Readonly<Record<string, Pick<Requirement, "level" | "profile">>>;
  readonly withdrawn: Readonly<Record<string, WithdrawnRequirement>>;
}

/**
 * What is wrong with a frozen set: it was changed, it names what neither exists nor was withdrawn, or this version of the
 * suite means something else by an id of it. An id is never used again, and so a withdrawn one must not exist.
 */
export function setFaults(
  set: RequirementSet,
  { sha256, law, withdrawn }: SetSurroundings,
): string[] {
  const actual = setSha256(set);
  const faults =
    actual === sha256
      ? []
      : [`set ${set.name} was changed after it was frozen: its digest is ${actual}`];
  for (const [id, frozen] of Object.entries(set.requirements)) {
    const now = law[id];
    if (now === undefined && withdrawn[id] === undefined)
      faults.push(`set ${set.name} names ${id}, which neither exists nor is listed as withdrawn`);
    if (now !== undefined && withdrawn[id] !== undefined)
      faults.push(`${id} exists and is listed as withdrawn`);
    if (now !== undefined && (now.level !== frozen.level || now.profile !== frozen.profile))
      faults.push(
        `${id} is a ${frozen.level} of ${frozen.profile} in set ${set.name}, and a ${now.level} of ${now.profile} today`,
      );
  }
  return faults;
}
