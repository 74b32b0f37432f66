/**
 * Where the models come from that a machine has when it begins to serve: downloads of its own, and what other clients and users have put
 * there.
 *
 * @module
 */

import { join } from "node:path";
import {
  changeFiles,
  hubCachePaths,
  overwriteBytes,
  readBytes,
  readTree,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import { killDownload, type ModelFile, modelPlace, type World } from "../../harness/mod.ts";

/** The model that is asked for. */
export const REPOSITORY = "mlx-community/Offered-4bit";
const NAMESAKE = "someone-else/Offered-4bit";
const ELSEWHERE = "mlx-community/Elsewhere-4bit";

/** Whose record a model has. */
export const BY_HAND = "by hand";

/** Puts the model into its place. @returns its directory */
export async function placeOffered(
  world: World,
  how: { readonly writer: string; readonly state: string; readonly files: readonly ModelFile[] },
): Promise<string> {
  const { writer, state, files } = how;
  if (state === "absent") return join(world.root, "nothing");
  if (writer.startsWith("another")) {
    const weights = files.filter(({ path }) => path.endsWith(".safetensors"));
    const hasIndex = files.some(({ path }) => path.endsWith(".safetensors.index.json"));
    // A part of the weights is missed only where an index names it.
    const lost = new Set(hasIndex ? weights.slice(1) : weights);
    const kept = state === "interrupted" ? files.filter((file) => !lost.has(file)) : files;
    return writeForeignSnapshot(world.files, world.root, {
      repository: REPOSITORY,
      commit: "c0ffee".padEnd(40, "0"),
      revision: "main",
      files: kept,
      hasListing: writer.endsWith("listed") && state !== "interrupted",
      isShared: false,
      absent: [],
      isCopied: false,
    });
  }
  const request = { repository: REPOSITORY, layout: layoutOf(writer) } as const;
  const directory = modelPlace(world, REPOSITORY, request);
  if (writer === BY_HAND) {
    await changeFiles(world, directory, { before: [], after: files });
    return directory;
  }
  if (state === "interrupted") {
    await killDownload(world, request, { at: { at: "chunk", nth: 3 } });
    return join(world.root, "nothing");
  }
  if (state === "another's") {
    world.hub.publish(ELSEWHERE, files, { tags: ["mlx"] });
    const theirs = await world.start().download({ ...request, repository: ELSEWHERE });
    await world.files.rename(theirs.directory, directory);
    return directory;
  }
  return (await world.start().download(request)).directory;
}

/** Somebody else's model of the same name, with another configuration. */
export async function placeNamesake(
  world: World,
  files: readonly ModelFile[],
): Promise<{ readonly repository: string; readonly commit: string }> {
  const own = files.map((file) =>
    file.path === "config.json" ? { ...file, bytes: Buffer.from('{"model_type":"qwen2"}') } : file,
  );
  const commit = world.hub.publish(NAMESAKE, own, { tags: ["mlx"] });
  await world.start().download({ repository: NAMESAKE });
  return { repository: NAMESAKE, commit };
}

/** The layout that a writer writes. */
export function layoutOf(writer: string): "hubapi" | "lmstudio" | "hf-cache" {
  return writer === "lmstudio" || writer === "hf-cache" ? writer : "hubapi";
}

/** Writes the listings of another client's cache again, as that client does. @returns whether there are any */
export async function rewriteListing({ files, root }: World): Promise<boolean> {
  const trees = join(hubCachePaths(root, REPOSITORY).repository, "trees");
  const listings = (await readTree(files, trees)).filter(({ kind }) => kind === "file");
  for (const { path } of listings) {
    const place = join(trees, path);
    await overwriteBytes(files, place, await readBytes(files, place));
  }
  return listings.length > 0;
}
