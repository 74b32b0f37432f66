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
  hubCachePaths,
  makeDirectories,
  readText,
  sharedPlace,
  visibleView,
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
    event: fc.constantFrom("an update", "an update", "a lost file", "a ref of its own"),
    which: fc.nat(20),
  },
  async check({ model, layout, event: drawn, which }, world, verdict) {
    const { files: disk, outside, hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
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
    if (event === "a ref of its own") await writeBytes(disk, ref, Buffer.from(OTHER_COMMIT));
    const before = await visibleView(disk, into);
    const { directory } = await subject.download({ repository: REPOSITORY });
    const request = { repository: REPOSITORY, from: directory, into, layout };
    const share = (step: "share" | "undo") => subject.share?.({ ...request, step });
    const first = await verdict.attempt("SHARE-VISIBLE", async () => share("share"));
    const placeNow = () => sharedPlace(world, { into, repository: REPOSITORY, layout });
    if (event === "a ref of its own") {
      const text = await readText(disk, ref);
      verdict.holds("SHARE-OWN", text === OTHER_COMMIT, `the store's own ref is ${text} now`);
    }
    const later = model.files.map((file) =>
      file.path === "config.json" ? { ...file, bytes: CONFIG } : file,
    );
    const files = wantedFiles(event === "an update" ? later : model.files);
    if (event === "an update") {
      world.clock.advance(2_000);
      hub.publish(REPOSITORY, later, { tags: ["mlx"] });
      await subject.download({ repository: REPOSITORY });
      verdict.reached("an update");
    } else if (event === "a lost file") {
      const file = files[which % files.length];
      await disk.unlink(filePlace(await placeNow(), file?.path ?? ""));
    }
    await verdict.attempt("SHARE-VISIBLE", async () => share("share"));
    const place = event === "a ref of its own" ? (first?.to ?? "") : await placeNow();
    const wrong = await wrongFiles(world, place, files);
    verdict.holds("SHARE-VISIBLE", wrong.length === 0, () => `after ${event}: ${wrong.join(", ")}`);
    await verdict.attempt("SHARE-UNDO", async () => share("undo"));
    const ownWrong = await wrongFiles(world, directory, files);
    verdict.holds("SHARE-UNDO", ownWrong.length === 0, () => `of the copy: ${ownWrong.join(", ")}`);
    // Of a version that the copy no longer has the store may keep everything.
    if (event === "an update") return;
    const after = await visibleView(disk, into);
    const isAsBefore = after.join("\n") === before.join("\n");
    verdict.holds("SHARE-UNDO", isAsBefore, () => `after ${event} there is ${after.join(", ")}`);
    verdict.reached("it was taken back");
  },
});
