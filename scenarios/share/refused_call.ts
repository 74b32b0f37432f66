/**
 * The disk refuses one call of a share or of its undoing: of any kind, the n-th, once or for ever, with any errno. The process lives on, and
 * the same is asked again once the disk is well.
 *
 * Invariants checked:
 * - The copy is whole, and the store has every file that it had.
 * - What says that it succeeded did; a failure has a code of the disk's.
 * - The same again, undisturbed, ends with every file in the store, or with what the store had before.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  asFailure,
  describeError,
  ERRNO_KINDS,
  errorOf,
  needsOwnProcess,
  REFUSAL_CODES,
  refusingDisk,
  SHARE_LAYOUTS,
  sharedPlace,
  STORE_VOLUMES,
  visibleView,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  scenario,
  type StartOptions,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Refusing-4bit";
const IDS = ["SHARE-CRASH", "SHARE-UNDO"] as const;
/** What a refusal of the disk may be called. */
const CODES: readonly string[] = ["disk-full", "access-denied", "disk-io"];

export const refusedCall = scenario({
  name: "share/refused_call",
  covers: [...IDS, "ERROR-KIND"],
  goals: ["a call of a share was refused", "a call of its undoing was refused", "it failed"],
  weight: 2,
  given: {
    model: anySmallModel({ weightBytesMax: 80, beside: false }),
    layout: fc.constantFrom(...SHARE_LAYOUTS),
    volume: fc.constantFrom("with links", "without links", "with clones alone"),
    step: fc.constantFrom("share", "undo"),
    kind: fc.constantFrom(...ERRNO_KINDS),
    code: fc.constantFrom(...REFUSAL_CODES),
    nth: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 60 })),
    forever: fc.boolean(),
    duplicate: fc.option(fc.nat(20)),
  },
  async check(given, world, verdict) {
    const { model, layout, volume, step, kind, code, nth, forever, duplicate } = given;
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const { files: disk, outside } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const { directory } = await world.start().download({ repository: REPOSITORY });
    const into = join(outside, "store");
    const store = { into, repository: REPOSITORY, layout };
    const wanted = wantedFiles(model.files);
    if (duplicate !== null && layout !== "hf-cache") {
      const file = wanted[duplicate % wanted.length];
      if (file !== undefined)
        await writeBytes(disk, filePlace(await sharedPlace(world, store), file.path), file.bytes);
    }
    await writeBytes(disk, join(into, "other", "model", "config.json"), new Uint8Array(2));
    const before = await visibleView(disk, into);
    const onVolume: StartOptions = STORE_VOLUMES[volume]();
    const well = () => world.start(onVolume);
    if (well().share === undefined) {
      for (const id of [...IDS, "ERROR-KIND"] as const) verdict.skip(id, "it shares nothing");
      return;
    }
    const errno = kind.codes.includes(code) ? code : "EIO";
    // A disk that fails is no volume that cannot link, for which copies would be an answer.
    const mayCopy = volume !== "with links" || kind.name !== "link" || errno === "EXDEV";
    const request = { repository: REPOSITORY, from: directory, into, layout, mayCopy };
    if (step === "undo")
      await verdict.attempt("SHARE-CRASH", async () =>
        well().share?.({ ...request, step: "share" }),
      );
    const refusing = refusingDisk({ ...kind.refusal, code: errno, nth, forever });
    const subject = world.start({
      files: (files) => refusing.files(onVolume.files?.(files) ?? files),
    });
    const id = step === "undo" ? "SHARE-UNDO" : "SHARE-CRASH";
    const isDone = async (): Promise<string | undefined> => {
      if (step === "share") {
        const wrong = await wrongFiles(world, await sharedPlace(world, store), wanted);
        return wrong.length === 0 ? undefined : wrong.join(", ");
      }
      const after = await visibleView(disk, into);
      return after.join("\n") === before.join("\n") ? undefined : `there is ${after.join(", ")}`;
    };
    const judgeKept = async (when: string) => {
      const wrong = await wrongFiles(world, directory, wanted);
      verdict.holds(id, wrong.length === 0, () => `${when}, of the copy: ${wrong.join(", ")}`);
      const now = new Set(await visibleView(disk, into));
      const lost = before.find((line) => !now.has(line));
      verdict.holds(id, lost === undefined, `${when} the store had ${lost}`);
    };
    const failure = await errorOf(async () => subject.share?.({ ...request, step }));
    if (refusing.firedCount() === 0) return;
    verdict.reached(`a call of ${step === "undo" ? "its undoing" : "a share"} was refused`);
    await judgeKept(`when ${kind.name} was refused`);
    if (failure === undefined) {
      const lacking = await isDone();
      verdict.holds(id, lacking === undefined, () => `it said that it succeeded, and ${lacking}`);
    } else {
      verdict.reached("it failed");
      const named = asFailure(failure)?.code;
      const isOfDisk = named !== undefined && CODES.includes(named);
      verdict.holds("ERROR-KIND", isOfDisk, () => `after ${errno}: ${describeError(failure)}`);
    }
    const again = await errorOf(async () => well().share?.({ ...request, step }));
    const isOver = step === "undo" && asFailure(again)?.code === "not-downloaded";
    verdict.holds(id, again === undefined || isOver, () => `again: ${describeError(again)}`);
    const lacking = await isDone();
    verdict.holds(id, lacking === undefined, () => `in the end ${lacking}`);
    await judgeKept("in the end");
  },
});
