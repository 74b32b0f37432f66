import { join } from "node:path";
import type { Layout } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { hubCachePlace, isCommit } from "./hub_cache.ts";
import { modelIdOf } from "./model_id.ts";
import { parseRepositoryId } from "./repository_id.ts";

/**
 * The directory of a model under a root: `LAYOUT-PATH`.
 *
 * @param root absolute path of the root
 * @param repository `org/name`
 * @returns its absolute path
 * @throws {ModelError} `invalid-argument` for a malformed id, and for layout `hf-cache` without a commit
 */
export function modelDirectory(
  root: string,
  repository: string,
  options: {
    readonly layout: Layout;
    /** Names the snapshot in layout `hf-cache`; the others have one directory for all commits. */
    readonly commit?: string | undefined;
  },
): string {
  const { org, name } = parseRepositoryId(repository);
  switch (options.layout) {
    case "hubapi":
      return join(root, "models", org, name);
    case "lmstudio":
      return join(root, org, name);
    case "flat":
      return join(root, modelIdOf(repository));
    case "hf-cache":
      if (options.commit !== undefined && isCommit(options.commit))
        return join(hubCachePlace(root, repository).snapshots, options.commit);
      throw new ModelError(
        "invalid-argument",
        `Cannot place "${repository}" in layout "hf-cache" as it has a directory for each commit: give the commit`,
      );
  }
}
