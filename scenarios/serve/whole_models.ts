/**
 * Models lie in the root and in the hub's own cache: whole ones, and ones that are cut, damaged, interrupted or lack a file.
 * The machine serves what it has.
 *
 * Invariants checked:
 * - A whole model is described, listed and sent; of any other nothing is answered but 404.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  askServer,
  beginServing,
  overwriteBytes,
  readBytes,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  type ModelFile,
  scenario,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Offered-4bit";
const REVISION = "main";

export const wholeModels = scenario({
  name: "serve/whole_models",
  covers: ["SERVE-WHOLE"],
  goals: ["a whole one", "a damaged one", "one of another client"],
  given: {
    model: anySmallModel(),
    state: fc.constantFrom(
      "whole",
      "whole",
      "cut",
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
  },
  async check({ model, state, writer, which }, world, verdict) {
    const { files: disk } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const [first] = model.files;
    const directory = await place(world, { writer, state, files: model.files });
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
    const server = await beginServing(world.start(), verdict, { covers: ["SERVE-WHOLE"] });
    if (server === undefined) return;
    const isWhole = state === "whole";
    verdict.reached(isWhole ? "a whole one" : "a damaged one");
    const targets = [
      `/api/models/${REPOSITORY}`,
      `/api/models/${REPOSITORY}/revision/${REVISION}`,
      `/api/models/${REPOSITORY}/tree/${REVISION}`,
      `/${REPOSITORY}/resolve/${REVISION}/${first?.path}`,
    ];
    for (const target of targets) {
      const { status } = await askServer(server, { target });
      verdict.holds(
        "SERVE-WHOLE",
        status === (isWhole ? 200 : 404),
        `of a model (${state}, ${writer}) ${target} is answered by ${status}`,
      );
    }
  },
});

// Helpers

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
    const kept =
      state === "interrupted" ? files.filter(({ path }) => !path.endsWith(".safetensors")) : files;
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
  const layout = writer === "lmstudio" || writer === "hf-cache" ? writer : "hubapi";
  const request = { repository: REPOSITORY, layout } as const;
  if (state === "interrupted") {
    await killDownload(world, request, { at: { at: "chunk", nth: 3 } });
    return join(world.root, "nothing");
  }
  return (await world.start().download(request)).directory;
}
