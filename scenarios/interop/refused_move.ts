/**
 * The disk refuses one call of a migration or of its undoing: of any kind, the n-th, once or for ever, with any errno, on a volume with hard
 * links or without, or between two. The process lives on, and the same is asked again once the disk is well.
 *
 * Invariants checked:
 * - Every file of the model is whole in its old place or in its new one.
 * - What says that it succeeded did; a failure has a code of the disk's.
 * - The same again, undisturbed, ends with every file in the place where it was to go, and none in the other.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  asFailure,
  changeFiles,
  describeError,
  ERRNO_KINDS,
  errorOf,
  needsOwnProcess,
  REFUSAL_CODES,
  refusingDisk,
  STORE_VOLUMES,
  visibleView,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  modelPlace,
  scenario,
  type StartOptions,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Refused-4bit";
const FLAT = "mlx-community--Refused-4bit";
/** What a refusal of the disk may be called. */
const CODES: readonly string[] = ["disk-full", "access-denied", "disk-io"];

export const refusedMove = scenario({
  name: "interop/refused_move",
  covers: ["MIGRATE-SAFE", "ERROR-KIND"],
  goals: ["a call of a move was refused", "a call of its undoing was refused", "it failed"],
  weight: 2,
  given: {
    model: anySmallModel({ weightBytesMax: 80, beside: false }),
    volume: fc.constantFrom("with links", "without links", "another volume"),
    step: fc.constantFrom("move", "undo"),
    kind: fc.constantFrom(...ERRNO_KINDS),
    code: fc.constantFrom(...REFUSAL_CODES),
    nth: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 30 })),
    forever: fc.constantFrom(true, true, false),
  },
  async check({ model, volume, step, kind, code, nth, forever }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const { files: disk, root } = world;
    const from = join(root, FLAT);
    const to = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    const nested = { path: "1_Pooling/config.json", bytes: Buffer.from("{}"), lfs: false };
    const files = [...model.files, nested];
    await changeFiles(world, from, { before: [], after: files });
    const onVolume: StartOptions = STORE_VOLUMES[volume](from);
    const request = { repository: REPOSITORY, step } as const;
    const well = () => world.start(onVolume);
    if (step === "undo")
      await verdict.attempt("MIGRATE-SAFE", () => well().migrate({ ...request, step: "move" }));
    const errno = kind.codes.includes(code) ? code : "EIO";
    const refusing = refusingDisk({ ...kind.refusal, code: errno, nth, forever });
    const subject = world.start({
      ...onVolume,
      files: (plain) => refusing.files(onVolume.files?.(plain) ?? plain),
    });
    const [goal, other] = step === "move" ? [to, from] : [from, to];
    const judgeKept = async (when: string) => {
      const away = new Set(await wrongFiles(world, to, files));
      const lost = (await wrongFiles(world, from, files)).find((path) => away.has(path));
      verdict.holds("MIGRATE-SAFE", lost === undefined, `${when} ${lost} is in neither place`);
    };
    const isDone = async () => (await wrongFiles(world, goal, files)).length === 0;
    const failure = await errorOf(() => subject.migrate(request));
    if (refusing.firedCount() === 0) return;
    verdict.reached(`a call of ${step === "undo" ? "its undoing" : "a move"} was refused`);
    await judgeKept(`when ${kind.name} was refused`);
    if (failure === undefined)
      verdict.holds("MIGRATE-SAFE", await isDone(), `${step}: it said that it succeeded`);
    else {
      verdict.reached("it failed");
      const named = asFailure(failure)?.code;
      const isOfDisk = named !== undefined && CODES.includes(named);
      verdict.holds("ERROR-KIND", isOfDisk, () => `after ${errno}: ${describeError(failure)}`);
    }
    const again = await errorOf(() => well().migrate(request));
    // It may have been refused when all was done but to tidy up.
    const isOver = asFailure(again)?.code === "not-downloaded";
    verdict.holds(
      "MIGRATE-SAFE",
      again === undefined || isOver,
      () => `${step} again: ${describeError(again)}`,
    );
    const wrong = await wrongFiles(world, goal, files);
    verdict.holds("MIGRATE-SAFE", wrong.length === 0, () => `${step} again: ${wrong.join(", ")}`);
    // A lock that could not be given back may be there still.
    const left = (await visibleView(disk, other))[0];
    verdict.holds("MIGRATE-SAFE", left === undefined, `${left} is left in the other place`);
  },
});
