/**
 * A share dies at any change of the disk, on a volume with hard links, without, or with clones alone, or between two volumes, with duplicates and other files
 * in the store, or an update of what was shared with the hub's cache before; another process goes on or goes back.
 *
 * Invariants checked:
 * - At that moment the copy is whole, and the store has every file that it had.
 * - Going on ends with every file in the store; going back ends with what the store had.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  asFailure,
  NotApplicable,
  SHARE_LAYOUTS,
  sharedPlace,
  STORE_VOLUMES,
  visibleView,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  ProcessKilled,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Killed-4bit";
const IDS = ["SHARE-CRASH", "SHARE-UNDO"] as const;
const NEW_CONFIG = Buffer.from('{"model_type":"llama","version":2}');

export const shareKilled = scenario({
  name: "share/share_killed",
  covers: IDS,
  goals: ["it died half-way", "it went on", "it went back", "an update died half-way"],
  given: {
    model: anySmallModel({ weightBytesMax: 80, beside: false }),
    nth: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 90 })),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    volume: fc.constantFrom("with links", "without links", "with clones alone", "another volume"),
    duplicates: fc.array(fc.nat(20), { maxLength: 3 }),
    goesOn: fc.boolean(),
    isUpdate: fc.boolean(),
    diesTwice: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { model, nth, layout: drawn, volume, duplicates, diesTwice, isUpdate } = given;
    const { files: disk, outside } = world;
    // Elsewhere an update meets the files of the former version.
    const layout = isUpdate ? "hf-cache" : drawn;
    // Of a version that the copy no longer has the store may keep everything.
    const goesOn = given.goesOn || isUpdate;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const { directory } = await world.start().download({ repository: REPOSITORY });
    const into = join(outside, "store");
    const store = { into, repository: REPOSITORY, layout };
    const place = await sharedPlace(world, store);
    const now = isUpdate ? model.files.map(withNewConfig) : model.files;
    const wanted = wantedFiles(now);
    for (const at of layout === "hf-cache" ? [] : duplicates) {
      const file = wanted[at % wanted.length];
      if (file !== undefined) await writeBytes(disk, filePlace(place, file.path), file.bytes);
    }
    await writeBytes(disk, join(into, "other", "model", "config.json"), new Uint8Array(2));
    const start = () => world.start(STORE_VOLUMES[volume](into));
    if (start().share === undefined) {
      for (const id of IDS) verdict.skip(id, "it shares nothing");
      return;
    }
    const request = { repository: REPOSITORY, from: directory, into, layout, mayCopy: true };
    if (isUpdate) {
      await verdict.attempt("SHARE-CRASH", async () =>
        start().share?.({ ...request, step: "share" }),
      );
      world.clock.advance(2_000);
      world.hub.publish(REPOSITORY, now, { tags: ["mlx"] });
      await world.start().download({ repository: REPOSITORY });
      const former = await wrongFiles(world, directory, wanted);
      if (former.length > 0) throw new NotApplicable("its copy is not updated");
    }
    // Its ref is the share's own, and leads to the new version in the end.
    const before = (await visibleView(disk, into)).filter((line) => !/\brefs\//.test(line));
    const judgeKept = async (when: string) => {
      const wrong = await wrongFiles(world, directory, wanted);
      verdict.holds("SHARE-CRASH", wrong.length === 0, () => `${when}: ${wrong.join(", ")}`);
      const there = new Set(await visibleView(disk, into));
      const lost = before.find((line) => !there.has(line));
      verdict.holds("SHARE-CRASH", lost === undefined, `${when}: the store had ${lost}`);
    };
    for (const step of diesTwice ? (["share", "share"] as const) : (["share"] as const)) {
      const doomed = start();
      doomed.killAt({ at: "operation", nth });
      await endOf(async () => doomed.share?.({ ...request, step }));
      if (doomed.isKilled)
        verdict.reached(isUpdate ? "an update died half-way" : "it died half-way");
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

function withNewConfig(file: ModelFile): ModelFile {
  return file.path === "config.json" ? { ...file, bytes: NEW_CONFIG } : file;
}

/** Waits for the end of a process's work, also by its death; the undoing of what never began is refused. */
async function endOf(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ProcessKilled) && asFailure(error)?.code !== "not-downloaded")
      throw error;
  }
}
