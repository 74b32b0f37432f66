import type { RequirementId } from "../../spec/mod.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import { breakageSignature } from "./breakage_signature.ts";
import type { Deviation } from "./deviation.ts";

/** Fewest characters of a common prefix after the requirement, for it to be specific. */
const BEGINNING_LENGTH_MIN = 20;

/** A broken requirement of a scenario in some run that no entry lists. */
export interface UnlistedFailure {
  readonly requirement: RequirementId;
  readonly scenario: string;
  /** What was seen, run by run. */
  readonly signatures: readonly ReadonlySet<string>[];
}

/** Context of a failure. */
export interface EntriesForFailureOptions {
  /** The results of each run. */
  readonly runs: readonly (readonly ScenarioResult[])[];
  /** Entries with `sometimes` about the same requirement and scenario. */
  readonly siblings: readonly Deviation[];
  /** The entry with another signature for it. */
  readonly before: Deviation | undefined;
  /** The day from which a new entry is an error. */
  readonly expires: string;
}

/**
 * Makes the entries that list a failure. Where signatures change from run to run, there is one entry with their common
 * prefix, if it is specific enough, else an entry for each; a failure that did not occur in every run gets `sometimes`.
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

/** Whether a result has a broken requirement whose signature has this prefix. */
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

/**
 * Returns the longest common prefix of texts, without trailing blanks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { commonPrefix } from "mlx-conform/internal";
 *
 * assert.equal(commonPrefix(["it hung for ever", "it hung up"]), "it hung");
 * ```
 */
export function commonPrefix(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length).trimEnd();
}
