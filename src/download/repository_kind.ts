import { type ModelKind, modelKind } from "../../spec/mod.ts";
import { resolveUrl } from "../hub/hub_urls.ts";
import { lackingParts } from "../layout/select_files.ts";
import type { RepositorySnapshot } from "./repository_snapshot.ts";

/** The largest known configurations have some 300 KiB. */
const CONFIG_BYTES_MAX = 16 * 1024 * 1024;
const CONFIG_LIMITS = { valuesMax: 1_000_000, stringBytesMax: 1024 * 1024 };

/**
 * Says of which kind the model of a repository is: `LAYOUT-KIND`.
 *
 * What has all that a language model needs is downloaded as one, and nothing is asked. Of anything else the listing
 * says what it is, or `config.json`, the only file that is requested here.
 *
 * @throws {ModelError} as the hub answers
 */
export async function repositoryKind(
  { client, commit, listed }: RepositorySnapshot,
  options: {
    readonly repository: string;
    /** By the configuration, where that was read already; then nothing is requested. */
    readonly known?: ModelKind | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ModelKind> {
  const paths = listed.map(({ path }) => path);
  const { repository, known, signal } = options;
  const kind = downloadKind(paths, known);
  if (kind !== undefined) return kind;
  const isListed = paths.includes("config.json");
  const byListing = modelKind({ paths, config: undefined });
  if (byListing !== "language" || !isListed) return byListing;
  const { value } = await client.askJson({
    url: resolveUrl(client.endpoint, repository, { commit, path: "config.json" }),
    attempt: `read config.json of "${repository}"`,
    absent: "file-not-found",
    signal,
    bytesMax: CONFIG_BYTES_MAX,
    json: CONFIG_LIMITS,
  });
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return modelKind({ paths, config: isObject ? { ...value } : undefined });
}

/** The kind by which files are chosen: what has all that a language model needs is downloaded as one. */
export function downloadKind<Kind extends ModelKind | undefined>(
  paths: readonly string[],
  kind: Kind,
): ModelKind | Kind {
  return lackingParts(paths).length === 0 ? "language" : kind;
}
