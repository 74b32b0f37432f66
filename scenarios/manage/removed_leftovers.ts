/**
 * A model is removed after any history: whole, switched, or killed at any change of the disk and perhaps finished later.
 *
 * Invariants checked:
 * - The tree below the root is as it was before the model was downloaded, with what other tools put there since.
 */
import fc from "fast-check";
import { namedPlace, readTree, removeTree, settled, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, killDownload, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/RemovedLeftovers";
const FOREIGN = [".DS_Store", "._model.safetensors", "notes/mine.txt", ".cache/other/state.bin"];

export const removedLeftovers = scenario({
  name: "manage/removed_leftovers",
  covers: ["REMOVE-ALL"],
  goals: ["a process was killed", "a foreign file stayed"],
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    isSwitch: fc.boolean(),
    killAt: fc.option(
      fc.oneof(
        fc.record({ at: fc.constant("operation" as const), nth: fc.integer({ min: 1, max: 90 }) }),
        fc.record({ at: fc.constant("chunk" as const), nth: fc.integer({ min: 1, max: 8 }) }),
      ),
      { nil: undefined },
    ),
    foreign: fc.subarray(FOREIGN),
    chunkBytes: fc.constantFrom(64, 65_536),
  },
  world: ({ chunkBytes }) => ({ style: { chunkBytes } }),
  async check({ old, next, isSwitch, killAt, foreign }, world, verdict) {
    const { files: disk, hub, root } = world;
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    let isRemoved = false;
    const names = async () => {
      const tree = await readTree(disk, root);
      // Where nothing of the model was there to remove, the parents of its place are nobody's.
      const kept = tree.filter(({ kind }) => isRemoved || kind !== "directory");
      return kept.map(({ path, sha256 }) => `${path} ${sha256 ?? ""}`).join("\n");
    };
    hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
    if (isSwitch) {
      await world.start().download(request);
      hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
    }
    if (killAt === undefined) await world.start().download(request);
    else if (await killDownload(world, request, { at: killAt }))
      verdict.reached("a process was killed");
    const placeForeign = async (place: string) => {
      for (const path of foreign)
        await writeBytes(disk, filePlace(place, path), new TextEncoder().encode("mine"));
    };
    await placeForeign(directory);
    const place = await namedPlace(world, directory);
    const subject = world.start();
    // A process that died before it had written anything has left nothing to remove.
    isRemoved = (await settled(() => subject.remove(request))) !== undefined;
    const left = await names();
    await removeTree(disk, root);
    await placeForeign(place);
    const expected = await names();
    verdict.holds("REMOVE-ALL", left === expected, () => `left is\n${left}`);
    if (foreign.length > 0) verdict.reached("a foreign file stayed");
  },
});
