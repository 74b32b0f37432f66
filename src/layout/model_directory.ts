import { basename } from "node:path";
import type { Layout, SubjectConfig } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { hubCachePlace, isCommit } from "./hub_cache.ts";
import { layoutDefinition } from "./layouts/mod.ts";
import { modelIdOf } from "./model_id.ts";
import { directoryPlace, type ModelPlace, snapshotPlace } from "./model_place.ts";
import { fillTemplate } from "./path_template.ts";
import { parseRepositoryId } from "./repository_id.ts";

/** Which of the directories that a model could have. */
export interface ModelDirectoryOptions {
  readonly layout: Layout;
  /** Names the snapshot in layout `hf-cache`; the others have one directory for all commits. */
  readonly commit?: string | undefined;
}

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
  options: ModelDirectoryOptions,
): string {
  const { template } = layoutDefinition(options.layout);
  const { org, name } = parseRepositoryId(repository);
  const { commit = "" } = options;
  if (template.includes("{commit}") && !isCommit(commit)) {
    throw new ModelError(
      "invalid-argument",
      `Cannot place "${repository}" in layout "${options.layout}": it has a directory for each commit; give the commit`,
    );
  }
  return fillTemplate(template, root, { org, name, "model id": modelIdOf(repository), commit });
}

/**
 * The place of a model, with the root that its layout has: `LAYOUT-PATH`.
 *
 * @throws {ModelError} as {@linkcode modelDirectory}
 */
export function modelPlace(
  config: SubjectConfig,
  repository: string,
  options: ModelDirectoryOptions,
): ModelPlace {
  const { rootOf, storage } = layoutDefinition(options.layout);
  const root = rootOf(config);
  const directory = modelDirectory(root, repository, options);
  return storage === "directory"
    ? directoryPlace(root, directory)
    : snapshotPlace(root, hubCachePlace(root, repository), basename(directory));
}
