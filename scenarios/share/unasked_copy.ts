/**
 * A model is to be shared with a store to which its weights can only be copied, by a request that does not say so; then by one that does.
 *
 * Invariants checked:
 * - The first copies no weights of the model into the store; where it says that it succeeded, every file is there another way.
 * - The second puts every file there.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  contentView,
  isRefused,
  needsOwnProcess,
  sha256Hex,
  SHARE_LAYOUTS,
  sharedPlace,
  STORE_VOLUMES,
} from "../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Unasked-4bit";
const IDS = ["SHARE-ASKED", "SHARE-VISIBLE"] as const;

export const unaskedCopy = scenario({
  name: "share/unasked_copy",
  covers: IDS,
  goals: ["onto a volume without links", "onto another volume"],
  given: {
    model: anySmallModel({ weightBytesMax: 80, beside: false }),
    from: fc.constantFrom("hubapi", "hf-cache"),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    volume: fc.constantFrom("without links", "another volume"),
    isSaid: fc.boolean(),
  },
  async check({ model, from, layout, volume, isSaid }, world, verdict) {
    needsOwnProcess(world, "its store is on a volume that is none");
    const { files: disk, outside } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const { directory } = await world.start().download({ repository: REPOSITORY, layout: from });
    const into = join(outside, "store");
    const subject = world.start(STORE_VOLUMES[volume](into));
    if (subject.share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    verdict.reached(
      volume === "another volume" ? "onto another volume" : "onto a volume without links",
    );
    const wanted = wantedFiles(model.files);
    const weights = wanted.filter(({ path }) => path.endsWith(".safetensors"));
    const hashes = weights.map(({ bytes }) => sha256Hex(bytes));
    const request = {
      repository: REPOSITORY,
      from: directory,
      into,
      layout,
      step: "share",
    } as const;
    const isFailed = await isRefused(async () =>
      subject.share?.({ ...request, ...(isSaid && { mayCopy: false }) }),
    );
    const there = await contentView(disk, into);
    const copied = there.find((line) => hashes.some((hash) => line.endsWith(hash)));
    verdict.holds("SHARE-ASKED", copied === undefined, `nobody said that it may copy ${copied}`);
    const place = () => sharedPlace(world, { into, repository: REPOSITORY, layout });
    if (!isFailed) {
      const lacking = await wrongFiles(world, await place(), wanted);
      verdict.holds("SHARE-VISIBLE", lacking.length === 0, () => `not shared: ${lacking.join()}`);
    }
    await verdict.attempt("SHARE-VISIBLE", async () =>
      subject.share?.({ ...request, mayCopy: true }),
    );
    const wrong = await wrongFiles(world, await place(), wanted);
    verdict.holds("SHARE-VISIBLE", wrong.length === 0, () => `in the store: ${wrong.join(", ")}`);
  },
});
