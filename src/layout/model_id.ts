import { isRepositoryId, parseRepositoryId } from "./repository_id.ts";

/**
 * The app's name for a repository: `org--name`.
 *
 * No id on the hub contains `--`, so two repositories never share a model id: `MANAGE-MAP`.
 *
 * @throws {ModelError} `invalid-argument` when it is not a repository id
 */
export function modelIdOf(repository: string): string {
  const { org, name } = parseRepositoryId(repository);
  return `${org}--${name}`;
}

/** The repository that a model id stands for, or undefined when it is not of the form `org--name`. */
export function repositoryOf(modelId: string): string | undefined {
  const parts = modelId.split("--");
  if (parts.length !== 2) return undefined;
  const repository = parts.join("/");
  return isRepositoryId(repository) ? repository : undefined;
}
