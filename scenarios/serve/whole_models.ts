/**
 * Models lie in the root and in the hub's own cache: whole ones, and ones that are cut, damaged, interrupted or lack a file; beside them
 * a model of the same name of somebody else, or a whole copy of the same one, and in their directories perhaps a link of somebody else
 * that leads nowhere. The machine serves what it has, while what it has changes.
 *
 * Invariants checked:
 * - A whole model is described, listed and sent, as long as it is whole; of any other nothing is answered but 404.
 * - A neighbour is answered as itself, and a whole copy whatever the other one is.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { ModelServer } from "../../spec/mod.ts";
import {
  askServer,
  beginServing,
  exists,
  hubCachePaths,
  overwriteBytes,
  readBytes,
  readTree,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  type ModelFile,
  scenario,
  tinyLlama,
  type Verdict,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Offered-4bit";
const REVISION = "main";
const NAMESAKE = "someone-else/Offered-4bit";
/** Within it a look at the disk may be remembered. */
const PAUSE_MS = 5_000;

export const wholeModels = scenario({
  name: "serve/whole_models",
  covers: ["SERVE-WHOLE"],
  goals: [
    "a whole one",
    "a damaged one",
    "one of another client",
    "another one beside",
    "it changed",
  ],
  given: {
    // Of another client's directory without a listing only the index says which weights there must be.
    model: fc.oneof(
      { arbitrary: anySmallModel(), weight: 3 },
      { arbitrary: fc.constant(tinyLlama({ seed: 5, shards: 2, index: true })), weight: 1 },
    ),
    state: fc.constantFrom(
      "whole",
      "whole",
      "whole",
      "cut",
      "one byte",
      "one byte",
      "one byte",
      "lacks a file",
      "interrupted",
      "absent",
    ),
    writer: fc.constantFrom(
      "hubapi",
      "lmstudio",
      "hf-cache",
      "another client",
      "another client, listed",
    ),
    which: fc.nat(20),
    beside: fc.constantFrom("nothing", "a namesake", "a whole copy"),
    isLater: fc.boolean(),
    isPutRight: fc.constantFrom(true, true, false),
    hasDeadLink: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { model, state, writer, which, beside, isLater, isPutRight, hasDeadLink } = given;
    const { files: disk } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = await place(world, { writer, state, files: model.files });
    // Without a listing the links themselves say what there is of a snapshot.
    if (hasDeadLink && writer !== "another client" && (await exists(disk, directory)))
      await disk.symlink("nowhere", join(directory, "a link"));
    const isForeign = writer.startsWith("another");
    if (isForeign) verdict.reached("one of another client");
    const file = damageable(model.files, which);
    const data = async () => disk.realpath(filePlace(directory, file.path));
    // A later time: with size and time as they were only a verification finds it.
    world.clock.advance(5_000);
    if (state === "cut") {
      const path = await data();
      await overwriteBytes(disk, path, (await readBytes(disk, path)).subarray(1));
    } else if (state === "one byte") {
      const path = await data();
      const bytes = Uint8Array.from(await readBytes(disk, path));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await overwriteBytes(disk, path, bytes);
    } else if (state === "lacks a file") await disk.unlink(filePlace(directory, "config.json"));
    const namesake = beside === "a namesake" ? await placeNamesake(world, model.files) : undefined;
    // Another client's is a cache of its own kind, in which a snapshot of another commit lies beside.
    const hasCopy = beside === "a whole copy" && !isForeign && writer !== "hf-cache";
    if (hasCopy)
      await place(world, { writer: "another client", state: "whole", files: model.files });
    const server = await beginServing(world.start(), verdict, { covers: ["SERVE-WHOLE"] });
    if (server === undefined) return;
    const court = { server, verdict, file: model.files[0]?.path ?? "" };
    const isWhole = state === "whole";
    verdict.reached(isWhole ? "a whole one" : "a damaged one");
    const shown = `a model (${state}, ${writer}), with ${hasCopy ? "a whole copy" : "nothing"} beside,`;
    await judge({ ...court, isOffered: isWhole || hasCopy, shown });
    if (hasCopy || namesake !== undefined) verdict.reached("another one beside");
    if (namesake !== undefined)
      await judge({ ...court, ...namesake, isOffered: true, shown: "a namesake" });
    if (!isLater) return;
    // As by a backup: names, sizes and the record stay as they are.
    const isByHand = state === "one byte" && isPutRight;
    world.clock.advance(PAUSE_MS);
    if (isByHand) await overwriteBytes(disk, await data(), file.bytes);
    else if (isForeign) {
      if (await rewriteListing(world)) {
        world.clock.advance(PAUSE_MS);
        const shown = `a model (${state}, ${writer}), once its listing was written anew,`;
        await judge({ ...court, isOffered: isWhole, shown });
      }
      return;
    }
    const request = { repository: REPOSITORY, layout: layoutOf(writer) } as const;
    if (isWhole) await world.start().remove(request);
    else if (!isByHand) await world.start().download(request);
    world.clock.advance(PAUSE_MS);
    const change = isWhole ? "it was removed" : isByHand ? "it was put right" : "it became whole";
    await judge({
      ...court,
      isOffered: !isWhole || hasCopy,
      shown: `a model (${writer}), once ${change},`,
    });
    verdict.reached("it changed");
  },
});

// Helpers

/** Writes the listings of another client's cache again, as that client does. @returns whether there are any */
async function rewriteListing({ files, root }: World): Promise<boolean> {
  const trees = join(hubCachePaths(root, REPOSITORY).repository, "trees");
  const listings = (await readTree(files, trees)).filter(({ kind }) => kind === "file");
  for (const { path } of listings) {
    const place = join(trees, path);
    await overwriteBytes(files, place, await readBytes(files, place));
  }
  return listings.length > 0;
}

/** Asks everything about a model. */
async function judge(about: {
  readonly server: ModelServer;
  readonly verdict: Verdict;
  readonly repository?: string;
  readonly commit?: string;
  readonly file: string;
  readonly isOffered: boolean;
  readonly shown: string;
}): Promise<void> {
  const { server, verdict, repository = REPOSITORY, commit, file, isOffered, shown } = about;
  const targets = [
    `/api/models/${repository}`,
    `/api/models/${repository}/revision/${REVISION}`,
    `/api/models/${repository}/tree/${REVISION}`,
    `/${repository}/resolve/${REVISION}/${file}`,
  ];
  for (const target of targets) {
    const { status, bytes } = await askServer(server, { target });
    verdict.holds(
      "SERVE-WHOLE",
      status === (isOffered ? 200 : 404),
      `of ${shown} ${target} is answered by ${status}`,
    );
    if (commit === undefined || target !== targets[0]) continue;
    const { sha } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { readonly sha?: unknown };
    verdict.holds("SERVE-WHOLE", sha === commit, `${target} is answered by another model`);
  }
}

/** Somebody else's model of the same name, with another configuration. */
async function placeNamesake(
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

function layoutOf(writer: string): "hubapi" | "lmstudio" | "hf-cache" {
  return writer === "lmstudio" || writer === "hf-cache" ? writer : "hubapi";
}

/** The file that is damaged: one that has bytes, and that no other one shares its content with. */
function damageable(files: readonly ModelFile[], which: number): ModelFile {
  const large = files.filter(
    ({ path, bytes }) => path.endsWith(".safetensors") && bytes.length > 8,
  );
  const file = large[which % large.length] ?? files[0];
  if (file === undefined) throw new RangeError("a model has files");
  return file;
}

/** Puts the model into its place. @returns its directory */
async function place(
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
      revision: REVISION,
      files: kept,
      hasListing: writer.endsWith("listed") && state !== "interrupted",
      isShared: false,
      absent: [],
      isCopied: false,
    });
  }
  const request = { repository: REPOSITORY, layout: layoutOf(writer) } as const;
  if (state === "interrupted") {
    await killDownload(world, request, { at: { at: "chunk", nth: 3 } });
    return join(world.root, "nothing");
  }
  return (await world.start().download(request)).directory;
}
