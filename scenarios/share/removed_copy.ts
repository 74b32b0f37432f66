/**
 * Two models, one with a name that begins as the other's does, were shared with the store of another tool; then the copy of one of them
 * is removed.
 *
 * Invariants checked:
 * - Nothing of it is left in the root, what is written down of the share included, and the store has what it had.
 * - The copy of the other model is as it was, and its share can be taken back; only that goes.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  contentView,
  makeDirectories,
  settled,
  SHARE_LAYOUTS,
  visibleView,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Gone-4bit";
const OTHER = "mlx-community/Gone-4bit-other";
const IDS = ["REMOVE-ALL", "REMOVE-NEIGHBOURS", "SHARE-VISIBLE", "SHARE-UNDO"] as const;

export const removedCopy = scenario({
  name: "share/removed_copy",
  covers: IDS,
  goals: ["the copy was removed", "the other share was taken back"],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    other: anySmallModel({ weightBytesMax: 64, beside: false }),
    from: fc.constantFrom("hubapi", "lmstudio", "hf-cache"),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
  },
  async check({ model, other, from, layout }, world, verdict) {
    const { files: disk, outside, root } = world;
    const subject = world.start();
    if (subject.share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const into = join(outside, "store");
    await makeDirectories(disk, into);
    const share = async (repository: string, files: readonly ModelFile[]) => {
      world.hub.publish(repository, files, { tags: ["mlx"] });
      const { directory } = await subject.download({ repository, layout: from });
      const request = { repository, into, layout, from: directory };
      const isShared = await settled(async () => subject.share?.({ ...request, step: "share" }));
      return isShared && request;
    };
    const kept = await share(OTHER, other.files);
    const [rootBefore, others] = [await contentView(disk, root), await visibleView(disk, into)];
    // Whether it may be refused is no matter here.
    if (kept === undefined || (await share(REPOSITORY, model.files)) === undefined) return;
    const both = await visibleView(disk, into);
    await verdict.attempt("REMOVE-ALL", () =>
      subject.remove({ repository: REPOSITORY, layout: from }),
    );
    verdict.reached("the copy was removed");
    const rootAfter = await contentView(disk, root);
    const left = rootAfter.find((line) => !rootBefore.includes(line));
    verdict.holds("REMOVE-ALL", left === undefined, `${left} is left`);
    const wrong = await wrongFiles(world, kept.from, wantedFiles(other.files));
    verdict.holds("REMOVE-NEIGHBOURS", wrong.length === 0, () => wrong.join(", "));
    const now = await visibleView(disk, into);
    const gone = both.find((line) => !now.includes(line));
    verdict.holds("SHARE-VISIBLE", gone === undefined, `the store has lost ${gone}`);
    await verdict.attempt("SHARE-UNDO", async () => subject.share?.({ ...kept, step: "undo" }));
    const inStore = await visibleView(disk, into);
    const lost = both.find((line) => !others.includes(line) && !inStore.includes(line));
    verdict.holds("SHARE-UNDO", lost === undefined, `the store has lost ${lost}`);
    const lacking = await wrongFiles(world, kept.from, wantedFiles(other.files));
    verdict.holds("SHARE-UNDO", lacking.length === 0, () => `of the copy: ${lacking.join(", ")}`);
    verdict.reached("the other share was taken back");
  },
});
