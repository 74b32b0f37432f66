import type { DownloadRequest } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import type { HubClient } from "../hub/hub_client.ts";
import { type ListedFile, listFiles } from "../hub/list_files.ts";
import { type ResolvedRevision, resolveRevision } from "../hub/resolve_revision.ts";
import { isCommit } from "../layout/hub_cache.ts";
import { revisionOf } from "../layout/revision.ts";
import { lackingParts } from "../layout/select_files.ts";

/** A repository at one commit, as the hub lists it. */
export interface RepositorySnapshot extends ResolvedRevision {
  readonly client: HubClient;
  readonly listed: readonly ListedFile[];
}

/**
 * Asks the hub for the commit of a request and for its files: `DL-ONE-COMMIT`, `DL-STALE`.
 *
 * @throws {ModelError} as the hub answers; `revision-not-found` also when it names a commit that it does not have
 */
export async function repositorySnapshot(
  client: HubClient,
  request: DownloadRequest,
  options: { readonly resolved?: ResolvedRevision; readonly signal?: AbortSignal | undefined },
): Promise<RepositorySnapshot> {
  const { signal } = options;
  const resolved = options.resolved ?? (await resolve(client, request, signal));
  try {
    return await snapshotOf(client, request, { resolved, signal });
  } catch (error) {
    if (!isGone(error, "revision-not-found") || isCommit(revisionOf(request))) throw error;
  }
  const again = await resolve(client, request, signal);
  return snapshotOf(client, request, { resolved: again, signal });
}

/**
 * Resolves a branch once more when a file of its commit is gone: `DL-STALE`.
 *
 * @param context `stale`: the snapshot that the file was fetched from; `error`: what became of it
 * @returns undefined where the error is another one, or the branch is still the same commit
 */
export async function snapshotAnew(
  request: DownloadRequest,
  context: {
    readonly stale: RepositorySnapshot;
    readonly error: unknown;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<RepositorySnapshot | undefined> {
  const { stale, error, signal } = context;
  const isMissing = isGone(error, "file-not-found") || isGone(error, "revision-not-found");
  if (!isMissing || isCommit(revisionOf(request))) return undefined;
  const resolved = await resolve(stale.client, request, signal);
  if (resolved.commit === stale.commit) return undefined;
  return snapshotOf(stale.client, request, { resolved, signal });
}

/** Whether MLX runtimes are what a repository is for: it says so itself, or it has all that they read. */
export function isMlxRepository(snapshot: RepositorySnapshot): boolean {
  return (
    snapshot.isTaggedMlx || lackingParts(snapshot.listed.map((file) => file.path)).length === 0
  );
}

function resolve(
  client: HubClient,
  request: DownloadRequest,
  signal: AbortSignal | undefined,
): Promise<ResolvedRevision> {
  const { repository } = request;
  return resolveRevision(client, { repository, revision: revisionOf(request), signal });
}

async function snapshotOf(
  client: HubClient,
  { repository }: DownloadRequest,
  options: { readonly resolved: ResolvedRevision; readonly signal: AbortSignal | undefined },
): Promise<RepositorySnapshot> {
  const { resolved, signal } = options;
  const listed = await listFiles(client, { repository, commit: resolved.commit, signal });
  return { ...resolved, client, listed };
}

function isGone(error: unknown, code: "revision-not-found" | "file-not-found"): boolean {
  return error instanceof ModelError && error.code === code;
}
