import type { Requirement } from "../requirements.ts";
import type { Grade } from "./requirement_set.ts";

/** What asks for bytes of an earlier process to be used: a client without resumption can be honest and useful. */
const ABOUT_RESUMING: ReadonlySet<string> = new Set([
  "DL-RESUME",
  "DL-RESUME-RANGE",
  "DL-RESUME-WHOLE",
  "DL-RESUME-UNWEDGED",
  "DL-RESUME-CHANGED",
  "DL-RESUME-ONCE",
  "DL-CANCEL-RESUME",
  "DL-PROGRESS-RESUME",
]);

/** The profiles that gold adds to `core`. */
const OF_GOLD: ReadonlySet<string> = new Set(["offline", "durable", "interop"]);

/**
 * The lowest grade that asks for a requirement when a set is frozen: bronze is every MUST of `core` that is not about
 * resuming, silver every MUST of `core`, gold also those of `offline`, `durable` and `interop`. No grade asks for a SHOULD.
 *
 * @returns undefined where no grade asks for it
 */
export function gradeOf(
  id: string,
  { level, profile }: Pick<Requirement, "level" | "profile">,
): Grade | undefined {
  if (level !== "MUST") return undefined;
  if (profile === "core") return ABOUT_RESUMING.has(id) ? "silver" : "bronze";
  return OF_GOLD.has(profile) ? "gold" : undefined;
}
