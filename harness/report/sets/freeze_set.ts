import { createHash } from "node:crypto";
import { REQUIREMENTS, type Requirement } from "../../../spec/mod.ts";
import { gradeOf, type RequirementSet } from "../../../spec/sets/mod.ts";

/** What a set says of itself. */
export type SetFacts = Pick<RequirementSet, "name" | "frozen" | "suite">;

/**
 * Freezes requirements as a set.
 *
 * @param law the requirements. @default {those of this version}
 */
export function freezeSet(
  facts: SetFacts,
  law: Readonly<Record<string, Requirement>> = REQUIREMENTS,
): RequirementSet {
  const requirements = Object.entries(law).map(([id, { level, profile }]) => {
    const grade = gradeOf(id, { level, profile });
    return [id, { level, profile, ...(grade === undefined ? {} : { grade }) }];
  });
  const { name, frozen, suite } = facts;
  return { name, frozen, suite, requirements: Object.fromEntries(requirements) };
}

/** The text of a set's file: a line for each requirement. */
export function setText({ requirements, ...facts }: RequirementSet): string {
  const lines = Object.entries(requirements).map(
    ([id, requirement]) =>
      `    ${JSON.stringify(id)}: ${JSON.stringify(requirement).replaceAll(/[,:{]/g, "$& ").replace(/\}$/, " }")}`,
  );
  const head = Object.entries(facts).map(([key, value]) => `  "${key}": ${JSON.stringify(value)},`);
  return ["{", ...head, `  "requirements": {`, lines.join(",\n"), "  }", "}", ""].join("\n");
}

/** The digest of what a set says, however its file is laid out. */
export function setSha256(set: RequirementSet): string {
  return createHash("sha256").update(JSON.stringify(set)).digest("hex");
}
