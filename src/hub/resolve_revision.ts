import { ModelError } from "../errors.ts";
import type { HubClient } from "./hub_client.ts";
import { revisionUrl } from "./hub_urls.ts";

const COMMIT_REGEXP = /^[0-9a-f]{40}$/;

/** What the hub says of a revision. */
export interface ResolvedRevision {
  /** The commit, as 40 hexadecimal digits. */
  readonly commit: string;
  /** Whether the hub itself calls the repository an MLX one. */
  readonly isTaggedMlx: boolean;
}

/** Options of {@linkcode resolveRevision}. */
export interface ResolveRevisionOptions {
  readonly repository: string;
  readonly revision: string;
  readonly signal?: AbortSignal | undefined;
  /** How long all attempts together may take, in milliseconds. @default {as long as the attempts take} */
  readonly limitMs?: number | undefined;
}

/**
 * Asks which commit a branch, tag or commit means: `DL-ONE-COMMIT`, `DL-PINNED`.
 *
 * @throws {ModelError} `integrity` when a whole commit was asked for and the hub names another one
 * @throws {ModelError} `repository-not-found`, `revision-not-found`, `not-a-hub`, or as the hub answers
 */
export async function resolveRevision(
  client: HubClient,
  options: ResolveRevisionOptions,
): Promise<ResolvedRevision> {
  const { repository, revision } = options;
  const { value } = await client.askJson({
    url: revisionUrl(client.endpoint, repository, revision),
    attempt: `look up revision "${revision}" of "${repository}"`,
    absent: "repository-not-found",
    signal: options.signal,
    limitMs: options.limitMs,
  });
  const info =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const commit = info["sha"];
  // The commit becomes part of addresses and of files: nothing but a hash may pass.
  if (typeof commit !== "string" || !COMMIT_REGEXP.test(commit)) {
    throw new ModelError(
      "not-a-hub",
      `Cannot look up revision "${revision}" of "${repository}": the answer names no commit; check the hub's address`,
    );
  }
  if (COMMIT_REGEXP.test(revision) && commit !== revision)
    throw anotherCommit(repository, revision, commit);
  const tags: unknown = info["tags"];
  return {
    commit,
    isTaggedMlx: info["library_name"] === "mlx" || (Array.isArray(tags) && tags.includes("mlx")),
  };
}

/** The error for a hub that answers a question about one commit with another commit: `DL-PINNED`. */
function anotherCommit(repository: string, asked: string, named: string): ModelError {
  return new ModelError(
    "integrity",
    `Cannot look up commit ${asked} of "${repository}": the hub answers with commit ${named}; do not trust this hub, or ask for a branch`,
    { expected: asked, actual: named },
  );
}
