import { join } from "node:path";
import type { DiagnosisFinding, FileSystem, SubjectConfig } from "../../spec/mod.ts";
import { namesIn, walk } from "../disk/walk.ts";
import { hubCachePlace, hubCacheRoot } from "../layout/hub_cache.ts";
import { isRepositoryId } from "../layout/repository_id.ts";
import { storesOf } from "../places/survey_models.ts";
import { PARTIAL_REGEXP } from "./leftovers.ts";

/**
 * Finds repositories in the hub's caches of which there is only a part of a content: downloads that ended before anything
 * of them was a model.
 */
export async function findAbandoned(
  files: FileSystem,
  config: SubjectConfig,
): Promise<DiagnosisFinding[]> {
  const stores = await storesOf(files, config);
  const caches = stores.filter(({ store }) => store.layouts.includes("hf-cache"));
  const roots = new Set([hubCacheRoot(config), ...caches.map(({ root }) => root)]);
  const findings: DiagnosisFinding[] = [];
  for (const root of roots) {
    for (const name of await namesIn(files, root)) {
      const [kind, org, ...rest] = name.split("--");
      const repository = `${org}/${rest.join("--")}`;
      if (kind !== "models" || !isRepositoryId(repository)) continue;
      const finding = await ofRepository(files, root, { repository, config });
      if (finding !== undefined) findings.push(finding);
    }
  }
  return findings;
}

async function ofRepository(
  files: FileSystem,
  root: string,
  { repository, config }: { readonly repository: string; readonly config: SubjectConfig },
): Promise<DiagnosisFinding | undefined> {
  const { blobs, snapshots, repository: directory } = hubCachePlace(root, repository);
  // A snapshot with weights is a model, and was looked at as one.
  for await (const { path } of walk(files, snapshots))
    if (path.endsWith(".safetensors")) return undefined;
  let bytes = 0;
  let first: string | undefined;
  for await (const { path, stat } of walk(files, blobs)) {
    if (stat.kind !== "file" || !PARTIAL_REGEXP.test(path)) continue;
    first ??= join("blobs", path);
    bytes += stat.sizeBytes;
  }
  if (first === undefined) return undefined;
  return {
    cause: "half-download",
    level: "error",
    directory,
    repository,
    path: first,
    detail: `A download ended before the model was there: ${bytes} bytes of it are`,
    mend: {
      operation: "download",
      repository,
      layout: "hf-cache",
      ...(root !== config.root && { root }),
    },
  };
}
