import { revisionOf } from "../layout/revision.ts";
import { lackingParts } from "../layout/select_files.ts";
import type { HubClient } from "../hub/hub_client.ts";
import { type ListedFile, listFiles } from "../hub/list_files.ts";
import { type ResolvedRevision, resolveRevision } from "../hub/resolve_revision.ts";
import type { DownloadRequest } from "../../spec/mod.ts";

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
