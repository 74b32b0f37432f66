/** Percent-encodes a repository path or id, once, keeping its slashes: `LAYOUT-ENCODED-ONCE`. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Address of a repository in the hub's API. */
export function apiUrl(endpoint: string, repository: string): string {
  return `${endpoint}/api/models/${encodePath(repository)}`;
}

/** Address that describes a revision; its slashes are encoded too. */
export function revisionUrl(endpoint: string, repository: string, revision: string): string {
  return `${apiUrl(endpoint, repository)}/revision/${encodeURIComponent(revision)}`;
}

/** Address of a file's content at a commit. */
export function resolveUrl(
  endpoint: string,
  repository: string,
  file: { readonly commit: string; readonly path: string },
): string {
  return `${endpoint}/${encodePath(repository)}/resolve/${encodeURIComponent(file.commit)}/${encodePath(file.path)}`;
}
