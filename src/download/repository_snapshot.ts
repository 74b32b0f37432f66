import { lackingParts } from "../layout/select_files.ts";
import type { HubClient } from "../hub/hub_client.ts";
import { type ListedFile, listFiles } from "../hub/list_files.ts";
import { type ResolvedRevision, resolveRevision } from "../hub/resolve_revision.ts";
import type { DownloadRequest } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

/** A repository at one commit, as the hub lists it. */
export interface RepositorySnapshot extends ResolvedRevision {
  readonly client: HubClient;
  readonly listed: readonly ListedFile[];
}

/** Asks the hub for the commit of a request and for its files: `DL-ONE-COMMIT`. */
export async function repositorySnapshot(
  client: HubClient,
  request: DownloadRequest,
  options: { readonly resolved?: ResolvedRevision; readonly signal?: AbortSignal | undefined },
): Promise<RepositorySnapshot> {
  const { repository } = request;
  const { signal } = options;
  const resolved =
    options.resolved ??
    (await resolveRevision(client, { repository, revision: revisionOf(request), signal }));
  const listed = await listFiles(client, { repository, commit: resolved.commit, signal });
  return { ...resolved, client, listed };
}

/** Whether MLX runtimes are what a repository is for: it says so itself, or it has all that they read. */
export function isMlxRepository(snapshot: RepositorySnapshot): boolean {
  return (
    snapshot.isTaggedMlx || lackingParts(snapshot.listed.map((file) => file.path)).length === 0
  );
}

/**
 * The revision that a request means.
 *
 * @throws {ModelError} `invalid-argument` for what can be no branch, tag or commit
 */
export function revisionOf(request: DownloadRequest): string {
  const revision = request.revision || "main";
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isLegal = revision.isWellFormed() && !/[\u0000-\u001f\u007f\\]/.test(revision);
  if (isLegal && !revision.split("/").some((part) => part === "" || part === "." || part === ".."))
    return revision;
  throw new ModelError(
    "invalid-argument",
    `Cannot use ${JSON.stringify(revision)} as a revision: give a branch, a tag or a commit`,
  );
}
