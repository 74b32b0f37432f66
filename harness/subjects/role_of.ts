import { type RequirementId, REQUIREMENTS, type Subject } from "../../spec/mod.ts";
import type { SubjectRole } from "./message.ts";
import { isProgram } from "./program.ts";

const LOADER_AREAS = ["LOAD"];
const MANAGER_AREAS = [
  "STATUS",
  "VERIFY",
  "MARK",
  "MANAGE",
  "MIGRATE",
  "SHARE",
  "REMOVE",
  "REPAIR",
  "PLACE",
  "DOCTOR",
  "CMD",
  "SERVE",
];

/** The role of those who answer for a requirement: its area decides. Undefined: everybody answers. */
export function roleOf(id: RequirementId): SubjectRole | undefined {
  const [area = ""] = id.split("-");
  if (area === "ERROR") return undefined;
  if (LOADER_AREAS.includes(area)) return "loader";
  return MANAGER_AREAS.includes(area) ? "manager" : "downloader";
}

/**
 * The requirements that a program does not answer for, and why: those of a role or a profile that it does not claim.
 *
 * @returns nothing for a subject within the harness's own process, which claims everything
 */
export function excusedBy(subject: Subject): ReadonlyMap<RequirementId, string> {
  if (!isProgram(subject)) return new Map();
  const { name, roles, profiles = ["core"] } = subject.claims;
  return new Map(
    (Object.keys(REQUIREMENTS) as RequirementId[]).flatMap((id): [RequirementId, string][] => {
      if (!answersFor(roles, id)) return [[id, `${name} does not claim role ${roleOf(id)}`]];
      const { profile } = REQUIREMENTS[id];
      return profiles.includes(profile) ? [] : [[id, `${name} does not claim profile ${profile}`]];
    }),
  );
}

/** Whether a subject of these roles answers for a requirement; without roles it answers for everything. */
export function answersFor(roles: readonly SubjectRole[] | undefined, id: RequirementId): boolean {
  const role = roleOf(id);
  return role === undefined || roles?.includes(role) !== false;
}
