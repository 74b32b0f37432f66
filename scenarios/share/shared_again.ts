/**
 * A model was shared with the store of another tool; then it was updated, or the store has lost one of its files or has another commit of
 * its own, and it is shared again. Later that is taken back.
 *
 * Invariants checked:
 * - Afterwards the store has every file of the model as it is now, in the hub's cache through its ref.
 * - A ref that the store has made itself stays as it is.
 * - Taken back, a share that was done twice leaves what was there before it.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  contentView,
  hubCachePaths,
  makeDirectories,
  NotApplicable,
  readText,
  sharedPlace,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, filePlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Again-4bit";
const IDS = ["SHARE-VISIBLE", "SHARE-OWN", "SHARE-UNDO"] as const;
const OTHER_COMMIT = "feed".padEnd(40, "1");
const CONFIG = Buffer.from('{"model_type":"llama","version":2}');

export const sharedAgain = scenario({
  name: "share/shared_again",
  covers: IDS,
  goals: ["an update", "it was taken back"],
  given: {
    model: anySmallModel({ weightBytesMax: 64, beside: false }),
    layout: fc.constantFrom("hf-cache", "hf-cache", "hf-cache", "lmstudio", "hubapi"),
    event: fc.constantFrom(
      "an update",
      "an update",
      "a lost file",
      "a ref of its own",
      "the same ref",
    ),
    which: fc.nat(20),
  },
  async check({ model, layout, event: drawn, which }, world, verdict) {
    const { files: disk, outside, hub } = world;
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    if (subject.share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const into = join(outside, "store");
    // Refs are the hub's cache's, and elsewhere an update meets the files of the former version.
    const event = layout === "hf-cache" ? drawn : "a lost file";
    const ref = join(hubCachePaths(into, REPOSITORY).refs, "main");
    await makeDirectories(disk, into);
    const ownRef = { "a ref of its own": OTHER_COMMIT, "the same ref": commit }[event as string];
    if (ownRef !== undefined) await writeBytes(disk, ref, Buffer.from(ownRef));
    const before = await contentView(disk, into);
    const { directory } = await subject.download({ repository: REPOSITORY });
    const request = { repository: REPOSITORY, from: directory, into, layout };
    const share = (step: "share" | "undo") => subject.share?.({ ...request, step });
    const first = await verdict.attempt("SHARE-VISIBLE", async () => share("share"));
    const placeNow = () => sharedPlace(world, { into, repository: REPOSITORY, layout });
    const judgeRef = async () => {
      if (ownRef === undefined) return;
      const text = await readText(disk, ref);
      verdict.holds("SHARE-OWN", text === ownRef, `the store's own ref is ${text} now`);
    };
    await judgeRef();
    const later = model.files.map((file) =>
      file.path === "config.json" ? { ...file, bytes: CONFIG } : file,
    );
    const isUpdated = event === "an update" || event === "the same ref";
    const files = wantedFiles(isUpdated ? later : model.files);
    if (isUpdated) {
      world.clock.advance(2_000);
      hub.publish(REPOSITORY, later, { tags: ["mlx"] });
      await subject.download({ repository: REPOSITORY });
      const former = await wrongFiles(world, directory, files);
      if (former.length > 0) throw new NotApplicable("its copy is not updated");
      verdict.reached("an update");
    } else if (event === "a lost file") {
      const file = files[which % files.length];
      await disk.unlink(filePlace(await placeNow(), file?.path ?? ""));
    }
    const second = await verdict.attempt("SHARE-VISIBLE", async () => share("share"));
    await judgeRef();
    const place = ownRef === undefined ? await placeNow() : ((second ?? first)?.to ?? "");
    const wrong = await wrongFiles(world, place, files);
    verdict.holds("SHARE-VISIBLE", wrong.length === 0, () => `after ${event}: ${wrong.join(", ")}`);
    await verdict.attempt("SHARE-UNDO", async () => share("undo"));
    const ownWrong = await wrongFiles(world, directory, files);
    verdict.holds("SHARE-UNDO", ownWrong.length === 0, () => `of the copy: ${ownWrong.join(", ")}`);
    // Of a version that the copy no longer has the store may keep everything.
    if (isUpdated) return;
    const after = await contentView(disk, into);
    const isAsBefore = after.join("\n") === before.join("\n");
    verdict.holds("SHARE-UNDO", isAsBefore, () => `after ${event} there is ${after.join(", ")}`);
    verdict.reached("it was taken back");
  },
});
