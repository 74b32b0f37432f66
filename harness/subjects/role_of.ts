import { type RequirementId, REQUIREMENTS, type Subject } from "../../spec/mod.ts";
import type { SubjectRole } from "./message.ts";
import { isProgram } from "./program.ts";

const LOADER_AREAS = ["LOAD"];
const MANAGER_AREAS = ["STATUS", "VERIFY", "MARK", "MANAGE", "MIGRATE", "REMOVE", "REPAIR"];

/** The role of those who answer for a requirement: its area decides. */
export function roleOf(id: RequirementId): SubjectRole {
  const [area = ""] = id.split("-");
  if (LOADER_AREAS.includes(area)) return "loader";
  return MANAGER_AREAS.includes(area) ? "manager" : "downloader";
}

/** The requirements that a program does not answer for, as it does not claim their role, and why. */
export function excusedBy(subject: Subject): ReadonlyMap<RequirementId, string> {
  if (!isProgram(subject)) return new Map();
  const { name, roles } = subject.claims;
  const ids = (Object.keys(REQUIREMENTS) as RequirementId[]).filter(
    (id) => !roles.includes(roleOf(id)),
  );
  return new Map(ids.map((id) => [id, `${name} is no ${roleOf(id)}`]));
}
