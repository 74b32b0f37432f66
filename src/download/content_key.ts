import { createHash } from "node:crypto";
import type { Digest } from "../../spec/mod.ts";

/**
 * Names a content among partial files: by its hash where one is listed, else by where it comes from.
 *
 * So kept bytes are used for the same content only, also under another path or in another commit: `DL-RESUME-CHANGED`.
 *
 * @param source tells contents without a listed hash apart, for example repository, commit and path
 */
export function contentKeyOf(digest: Digest | undefined, source: string): string {
  if (digest !== undefined) return digest.slice(digest.indexOf(":") + 1);
  return createHash("sha256").update(source).digest("hex");
}
