import type { DownloadRequest } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

/** Git's own names of branches are shorter, as each is a path. */
const REVISION_LENGTH_MAX = 1024;

/**
 * The revision that a request means.
 *
 * @throws {ModelError} `invalid-argument` for what cannot be a branch, a tag or a commit
 */
export function revisionOf(request: DownloadRequest): string {
  const revision = request.revision || "main";
  const isLegal =
    revision.length <= REVISION_LENGTH_MAX &&
    revision.isWellFormed() &&
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    !/[\u0000-\u001f\u007f\\]/.test(revision);
  if (isLegal && !revision.split("/").some((part) => part === "" || part === "." || part === ".."))
    return revision;
  throw new ModelError(
    "invalid-argument",
    `Cannot use ${JSON.stringify(revision.slice(0, REVISION_LENGTH_MAX))} as a revision; give a branch, a tag or a commit`,
  );
}
