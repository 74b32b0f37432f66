/**
 * How a crash scenario judges what each crash leaves behind.
 *
 * @module
 */

import {
  type CrashCase,
  exploreCrashes,
  type ExploreOptions,
  PERSISTENCE_PROFILES,
  type Persistence,
} from "../../harness/internal.ts";
import type { Verdict, World } from "../../harness/mod.ts";
import type { RequirementId } from "../../spec/mod.ts";
import { placeAfterCrash } from "./recorded_run.ts";

const ASKED_OF_PROGRAMS = 2;

/** Options of {@linkcode judgeCrashes}; the bounds are small, so that a case takes at most a second. */
export interface JudgeCrashesOptions extends Omit<ExploreOptions, "profile" | "syncIs"> {
  readonly requirements: readonly RequirementId[];
}

/** Goes through the crashes of a recorded run under every profile and judges some requirements. */
export async function judgeCrashes(
  world: World,
  verdict: Verdict,
  options: JudgeCrashesOptions & { readonly crash: CrashCase },
): Promise<void> {
  const { requirements, crash, ...wanted } = options;
  const bounds = world.kind === "process" ? forPrograms(wanted) : wanted;
  const place = placeAfterCrash(world);
  for (const profile of PERSISTENCE_PROFILES) {
    const persistence: Persistence = { profile };
    const report = await exploreCrashes(place, crash, { ...bounds, ...persistence });
    if (report.first.distinct > crash.recording.operations.length) verdict.reached(LOSSES);
    for (const requirement of requirements) {
      const finding = report.findings.find((found) => found.requirement === requirement);
      verdict.holds(requirement, finding === undefined, () => {
        const when = finding?.duringRecovery ? "crash of the next download" : "crash";
        return [
          `under ${profile} ${finding?.detail}`,
          `${when}: ${finding?.crash}`,
          `order: ${finding?.order}`,
        ].join("\n");
      });
    }
  }
}

/** Each state that a program is asked about costs it a start and some operations. */
function forPrograms(bounds: Omit<ExploreOptions, "profile" | "syncIs">): typeof bounds {
  return { ...bounds, askedMax: Math.min(bounds.askedMax ?? ASKED_OF_PROGRAMS, ASKED_OF_PROGRAMS) };
}

/** A goal: disks were judged that no killed process leaves. */
export const LOSSES = "a crash that lost something";
