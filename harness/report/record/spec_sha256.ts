import { createHash } from "node:crypto";
import { REQUIREMENTS } from "../../../spec/mod.ts";

/** The digest of this suite's requirements: of every id, level, profile and sentence, in their order. */
export function specSha256(): string {
  return createHash("sha256").update(JSON.stringify(REQUIREMENTS)).digest("hex");
}
