import type { DownloadRequest } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

/**
 * The revision that a request means.
 *
 * @throws {ModelError} `invalid-argument` for what cannot be a branch, a tag or a commit
 */
export function revisionOf(request: DownloadRequest): string {
  const revision = request.revision || "main";
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isLegal = revision.isWellFormed() && !/[\u0000-\u001f\u007f\\]/.test(revision);
  if (isLegal && !revision.split("/").some((part) => part === "" || part === "." || part === ".."))
    return revision;
  throw new ModelError(
    "invalid-argument",
    `Cannot use ${JSON.stringify(revision)} as a revision; give a branch, a tag or a commit`,
  );
}
