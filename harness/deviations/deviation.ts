import type { RequirementId } from "../../spec/mod.ts";

/** Where an entry applies; an absent field matches everything. */
export interface DeviationCondition {
  /** As Node names them: `linux`, `darwin`, `win32`. */
  readonly os?: readonly string[];
  /** Versions of the subject, such as `<3` or `>=1.2 <1.4`. */
  readonly version?: string;
  readonly world?: readonly string[];
}

/** A requirement that a subject is known to break, as an entry of `deviations.json`. */
export interface Deviation {
  readonly requirement: RequirementId;
  /** Names of scenarios; `*` stands for one whole component, `**` for any number. */
  readonly scenario: string;
  /** The beginning of the failure's signature. */
  readonly signature: string;
  /** Where the defect is discussed, or `unreported`. */
  readonly issue: string;
  /** Why it fails, or why only sometimes. */
  readonly reason?: string;
  /** It depends on real timing: it fails as listed in some runs, and does not occur in others. @default {it always fails} */
  readonly sometimes?: true;
  /** The day from which the entry is an error, as `2027-01-31`. */
  readonly expires: string;
  readonly when?: DeviationCondition;
}
