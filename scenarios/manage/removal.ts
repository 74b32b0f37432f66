/**
 * A model is removed: complete, interrupted, damaged, with foreign files in it, beside neighbours, with shared data.
 *
 * Invariants checked:
 * - Nothing of it is left but what other tools put there, no marker at any moment after its files begin to go, and the neighbours are as they were.
 * - The bytes that it reports are those that came free.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { MARKER_NAME } from "../../spec/mod.ts";
import {
  exists,
  readTree,
  sizeOnDisk,
  stateDirectory,
  type TreeEntry,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  modelPlace,
  scenario,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Removal";
const NEIGHBOURS = ["mlx-community/Removal-2", "other/Removal"];

export const removal = scenario({
  name: "manage/removal",
  covers: ["REMOVE-ALL", "REMOVE-BYTES", "REMOVE-NEIGHBOURS", "MARK-FIRST-OUT", "ERROR-KIND"],
  goals: ["shared data", "an interrupted one"],
  given: {
    model: anySmallModel(),
    killAt: fc.option(fc.integer({ min: 30, max: 70 }), { nil: undefined }),
    foreign: fc.subarray([".DS_Store", "._model.safetensors", "notes.txt"]),
    isShared: fc.boolean(),
    hasLink: fc.boolean(),
  },
  async check({ model, killAt, foreign, isShared, hasLink }, world, verdict) {
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    for (const repository of [REPOSITORY, ...NEIGHBOURS])
      world.hub.publish(repository, model.files, { tags: ["mlx"] });
    for (const repository of NEIGHBOURS) await world.start().download({ repository });
    if (killAt === undefined) await world.start().download(request);
    else if (await killDownload(world, request, { at: { at: "operation", nth: killAt } }))
      verdict.reached("an interrupted one");
    if (!(await exists(world.files, directory))) return;
    for (const path of foreign)
      await writeBytes(world.files, join(directory, path), new Uint8Array(10));
    const shared = wantedFiles(model.files).find(
      ({ path, bytes }) => path.endsWith(".safetensors") && bytes.length > 0,
    );
    let sharedBytes = 0;
    if (
      isShared &&
      shared !== undefined &&
      (await exists(world.files, filePlace(directory, shared.path)))
    ) {
      await world.files.link(
        await world.files.realpath(filePlace(directory, shared.path)),
        join(world.outside, "kept.safetensors"),
      );
      sharedBytes = shared.bytes.length;
      verdict.reached("shared data");
    }
    if (hasLink) await world.files.symlink(world.outside, join(directory, "link"));
    const neighbours = async () => JSON.stringify(await neighbourTrees(world));
    const before = await neighbours();
    const outside = JSON.stringify(await readTree(world.files, world.outside));
    const sizeBytes = await sizeOnDisk(world.files, stateDirectory(directory));
    const marker = await watchMarker(world, directory);
    const subject = world.start({ look: marker.look });
    const result = await verdict.attempt("REMOVE-ALL", () => subject.remove(request));
    verdict.holds(
      "MARK-FIRST-OUT",
      !marker.outlived(),
      "config.json was gone, and the marker was still there",
    );
    // What other tools put there stays, and the directory with it.
    const left = (await readTree(world.files, directory)).map(({ path }) => path);
    verdict.holds(
      "REMOVE-ALL",
      left.join() === foreign.toSorted().join() &&
        (await exists(world.files, directory)) === foreign.length > 0,
      () => `${left.join()} is left`,
    );
    verdict.holds(
      "REMOVE-ALL",
      await exists(world.files, dirname(stateDirectory(directory))),
      "a directory with neighbours went too",
    );
    verdict.holds("REMOVE-NEIGHBOURS", (await neighbours()) === before, "a neighbour was changed");
    verdict.holds(
      "REMOVE-NEIGHBOURS",
      JSON.stringify(await readTree(world.files, world.outside)) === outside,
      "something outside was changed",
    );
    const freed = sizeBytes - sharedBytes - foreign.length * 10;
    verdict.holds(
      "REMOVE-BYTES",
      // A lock of the removal itself may come and go.
      Math.abs(result.bytesFreed - freed) <= 16,
      `${result.bytesFreed} bytes are reported, and ${freed} came free`,
    );
    if (foreign.length > 0) return;
    await verdict.fails("REMOVE-ALL", () => world.start().remove(request), ["not-downloaded"]);
  },
});

// Helpers

/** Notes whether the marker is ever there without `config.json`. */
async function watchMarker(world: World, directory: string) {
  let hasOutlived = false;
  // What never was there cannot be outlived.
  const hadConfig = await exists(world.files, filePlace(directory, "config.json"));
  return {
    outlived: () => hasOutlived,
    look: async () => {
      const isAnyGone =
        hadConfig &&
        (await exists(world.files, directory)) &&
        !(await exists(world.files, filePlace(directory, "config.json")));
      hasOutlived ||= isAnyGone && (await exists(world.files, join(directory, MARKER_NAME)));
    },
  };
}

function neighbourTrees(world: World): Promise<TreeEntry[][]> {
  return Promise.all(NEIGHBOURS.map((id) => readTree(world.files, modelPlace(world, id))));
}
