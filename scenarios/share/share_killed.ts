/**
 * A share dies at any change of the disk, on a volume with hard links, without, or with clones alone, or between two volumes, with duplicates and other files
 * in the store; another process goes on or goes back.
 *
 * Invariants checked:
 * - At that moment the copy is whole, and the store has every file that it had.
 * - Going on ends with every file in the store; going back ends with what the store had.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  asFailure,
  SHARE_LAYOUTS,
  sharedPlace,
  STORE_VOLUMES,
  visibleView,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  ProcessKilled,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Killed-4bit";
const IDS = ["SHARE-CRASH", "SHARE-UNDO"] as const;

export const shareKilled = scenario({
  name: "share/share_killed",
  covers: IDS,
  goals: ["it died half-way", "it went on", "it went back"],
  given: {
    model: anySmallModel({ weightBytesMax: 80, beside: false }),
    nth: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 90 })),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    volume: fc.constantFrom("with links", "without links", "with clones alone", "another volume"),
    duplicates: fc.array(fc.nat(20), { maxLength: 3 }),
    goesOn: fc.boolean(),
    diesTwice: fc.boolean(),
  },
  async check({ model, nth, layout, volume, duplicates, goesOn, diesTwice }, world, verdict) {
    const { files: disk, outside } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const { directory } = await world.start().download({ repository: REPOSITORY });
    const into = join(outside, "store");
    const store = { into, repository: REPOSITORY, layout };
    const place = await sharedPlace(world, store);
    const wanted = wantedFiles(model.files);
    for (const at of layout === "hf-cache" ? [] : duplicates) {
      const file = wanted[at % wanted.length];
      if (file !== undefined) await writeBytes(disk, filePlace(place, file.path), file.bytes);
    }
    await writeBytes(disk, join(into, "other", "model", "config.json"), new Uint8Array(2));
    const before = await visibleView(disk, into);
    const start = () => world.start(STORE_VOLUMES[volume](into));
    if (start().share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const request = { repository: REPOSITORY, from: directory, into, layout, mayCopy: true };
    const judgeKept = async (when: string) => {
      const wrong = await wrongFiles(world, directory, wanted);
      verdict.holds("SHARE-CRASH", wrong.length === 0, () => `${when}: ${wrong.join(", ")}`);
      const now = new Set(await visibleView(disk, into));
      const lost = before.find((line) => !now.has(line));
      verdict.holds("SHARE-CRASH", lost === undefined, `${when}: the store had ${lost}`);
    };
    for (const step of diesTwice ? (["share", "share"] as const) : (["share"] as const)) {
      const doomed = start();
      doomed.killAt({ at: "operation", nth });
      await endOf(async () => doomed.share?.({ ...request, step }));
      if (doomed.isKilled) verdict.reached("it died half-way");
      await world.settle();
      await judgeKept("when it died");
    }
    if (goesOn) {
      await verdict.attempt("SHARE-CRASH", async () =>
        start().share?.({ ...request, step: "share" }),
      );
      const wrong = await wrongFiles(world, await sharedPlace(world, store), wanted);
      verdict.holds("SHARE-CRASH", wrong.length === 0, () => `in the end: ${wrong.join(", ")}`);
      await judgeKept("in the end");
      verdict.reached("it went on");
      return;
    }
    // A share that died before it wrote anything down never began.
    await endOf(async () => start().share?.({ ...request, step: "undo" }));
    const after = await visibleView(disk, into);
    verdict.holds(
      "SHARE-UNDO",
      after.join("\n") === before.join("\n"),
      () => `there was ${before.join(", ")}, is ${after.join(", ")}`,
    );
    await judgeKept("when it was undone");
    verdict.reached("it went back");
  },
});

/** Waits for the end of a process's work, also by its death; the undoing of what never began is refused. */
async function endOf(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ProcessKilled) && asFailure(error)?.code !== "not-downloaded")
      throw error;
  }
}
