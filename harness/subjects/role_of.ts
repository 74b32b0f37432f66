import { type RequirementId, REQUIREMENTS, type Subject } from "../../spec/mod.ts";
import type { SubjectRole } from "./message.ts";
import { isProgram } from "./program.ts";

const LOADER_AREAS = ["LOAD"];
const MANAGER_AREAS = ["STATUS", "VERIFY", "MARK", "MANAGE", "MIGRATE", "REMOVE", "REPAIR"];

/** The role of those who answer for a requirement: its area decides. Undefined: everybody answers. */
export function roleOf(id: RequirementId): SubjectRole | undefined {
  const [area = ""] = id.split("-");
  if (area === "ERROR") return undefined;
  if (LOADER_AREAS.includes(area)) return "loader";
  return MANAGER_AREAS.includes(area) ? "manager" : "downloader";
}

/** The requirements that a program does not answer for, as it does not claim their role, and why. */
export function excusedBy(subject: Subject): ReadonlyMap<RequirementId, string> {
  if (!isProgram(subject)) return new Map();
  const { name, roles } = subject.claims;
  const ids = (Object.keys(REQUIREMENTS) as RequirementId[]).filter((id) => !answersFor(roles, id));
  return new Map(ids.map((id) => [id, `${name} is no ${roleOf(id)}`]));
}

/** Whether a subject of these roles answers for a requirement; without roles it answers for everything. */
export function answersFor(roles: readonly SubjectRole[] | undefined, id: RequirementId): boolean {
  const role = roleOf(id);
  return role === undefined || roles?.includes(role) !== false;
}
