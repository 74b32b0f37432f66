import type { RequirementId } from "../../spec/mod.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { Deviation } from "./deviation.ts";
import { breakageSignature } from "./breakage_signature.ts";
import { commonPrefix } from "./common_prefix.ts";

/** What a beginning that signatures share must have after the requirement, to say something. */
const BEGINNING_LENGTH_MIN = 20;

/** A promise that a scenario saw broken in some run, and that no entry lists. */
export interface UnlistedFailure {
  readonly requirement: RequirementId;
  readonly scenario: string;
  /** What was seen of it, run by run. */
  readonly signatures: readonly ReadonlySet<string>[];
}

/** What is known beside a failure. */
export interface EntriesForFailureOptions {
  /** The results of each run. */
  readonly runs: readonly (readonly ScenarioResult[])[];
  /** Entries about the same promise and scenario that hold sometimes. */
  readonly siblings: readonly Deviation[];
  /** The entry that said something else of it. */
  readonly before: Deviation | undefined;
  /** The day from which a new entry is an error. */
  readonly expires: string;
}

/**
 * The entries that list a failure. Where what is seen changes from run to run, that is the beginning that all of it has,
 * if this says enough, else an entry for each; what did not show in every run holds sometimes.
 */
export function entriesForFailure(
  failure: UnlistedFailure,
  { runs, siblings, before, expires }: EntriesForFailureOptions,
): Deviation[] {
  const { requirement, scenario } = failure;
  const own = runs.map((results) => results.filter((result) => result.scenario === scenario));
  const known: Pick<Deviation, "issue" | "reason" | "expires" | "when"> = siblings[0] ??
    before ?? { issue: "", expires };
  const { issue, reason, when } = known;
  const facts = { issue, ...(reason === undefined ? {} : { reason }), expires: known.expires };
  return signaturesOf(failure, siblings).map((signature) => {
    const shown = (result: ScenarioResult) => isShown(result, signature);
    const worlds = new Set(
      own
        .flat()
        .filter(shown)
        .map(({ world }) => world),
    );
    const isSometimes =
      siblings.length > 0 ||
      own.some((results) =>
        [...worlds].some((world) => !results.some((one) => one.world === world && shown(one))),
      );
    const isEverywhere = own
      .flat()
      .every(({ world, status }) => worlds.has(world) || status !== "pass");
    const { world: _world, ...condition } = { world: undefined, ...when };
    const narrowed = { ...condition, ...(isEverywhere ? {} : { world: [...worlds] }) };
    return {
      ...facts,
      requirement,
      scenario,
      signature,
      ...(isSometimes ? { reason: reason ?? "", sometimes: true } : {}),
      ...(Object.keys(narrowed).length === 0 ? {} : { when: narrowed }),
    };
  });
}

/** Whether a result has a broken promise whose signature begins so. */
export function isShown(
  { breakage, further = [] }: Pick<ScenarioResult, "breakage" | "further">,
  signature: string,
): boolean {
  return [breakage, ...further].some(
    (promise) => promise !== undefined && breakageSignature(promise).startsWith(signature),
  );
}

function signaturesOf(
  { requirement, signatures }: UnlistedFailure,
  siblings: readonly Deviation[],
): readonly string[] {
  const all = new Set(signatures.flatMap((some) => [...some]));
  const isSteady = siblings.length === 0 && signatures.every((some) => some.size === all.size);
  if (isSteady) return [...all];
  const beginning = commonPrefix([...all, ...siblings.map(({ signature }) => signature)]);
  return beginning.length >= `${requirement}: `.length + BEGINNING_LENGTH_MIN
    ? [beginning]
    : [...all];
}
