import type { Level, Profile } from "../requirements.ts";

/** What a client can state of itself, from the least to the most: each asks for all that the one before it asks for. */
export const GRADES = ["bronze", "silver", "gold"] as const;

/** One of the {@linkcode GRADES}. */
export type Grade = (typeof GRADES)[number];

/** A requirement as a set froze it. */
export interface FrozenRequirement {
  readonly level: Level;
  readonly profile: Profile;
  /** The lowest grade that asks for it; absent where none does. */
  readonly grade?: Grade;
}

/** Requirements that were frozen together, so that records of different versions of the suite can be compared. */
export interface RequirementSet {
  /** Year and month, such as `2026-12`. */
  readonly name: string;
  /** The day on which it was frozen, such as `2026-11-29`. */
  readonly frozen: string;
  /** The version of the suite whose requirements they were. */
  readonly suite: string;
  /** By id. */
  readonly requirements: Readonly<Record<string, FrozenRequirement>>;
}

/** A requirement that a frozen set names and this version of the suite does not have any more. */
export interface WithdrawnRequirement {
  /** The day on which it was withdrawn. */
  readonly on: string;
  readonly why: string;
}
