import type { RequirementId } from "../../spec/mod.ts";
import type { SubjectRole } from "./message.ts";

const LOADER_AREAS = ["LOAD"];
const MANAGER_AREAS = ["STATUS", "VERIFY", "MARK", "MANAGE", "MIGRATE", "REMOVE", "REPAIR"];

/** The role of those who answer for a requirement: its area decides. */
export function roleOf(id: RequirementId): SubjectRole {
  const [area = ""] = id.split("-");
  if (LOADER_AREAS.includes(area)) return "loader";
  return MANAGER_AREAS.includes(area) ? "manager" : "downloader";
}
