/**
 * A call to the disk is refused: at any operation, once or for ever, fresh or as an update.
 *
 * Invariants checked:
 * - Every refusal is an error of its own code; what was good is as it was, or the new commit is whole; nothing is half-published.
 * - The next download, on a sound disk, finishes and leaves nothing over.
 */
import fc from "fast-check";
import {
  type DiskRefusal,
  errorOf,
  exists,
  needsOwnProcess,
  readTree,
  refusingDisk,
  sha256Hex,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/FullDisk";
const OPERATIONS: readonly DiskRefusal["operation"][] = [
  "write",
  "open",
  "mkdir",
  "rename",
  "sync",
  "syncDirectory",
  "unlink",
  "stat",
  "lstat",
  "read",
];
const CODES = ["ENOSPC", "EACCES", "EROFS", "EIO", "EMFILE"] as const;

export const fullDisk = scenario({
  name: "download/full_disk",
  covers: ["DL-DISK-ERROR", "ERROR-KIND"],
  goals: ["a call was refused"],
  weight: 2,
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    isUpdate: fc.boolean(),
    operation: fc.constantFrom(...OPERATIONS),
    code: fc.constantFrom(...CODES),
    nth: fc.integer({ min: 1, max: 25 }),
    forever: fc.boolean(),
  },
  async check({ old, next, isUpdate, operation, code, nth, forever }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    if (isUpdate) {
      world.hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
      await world.start().download(request);
    }
    world.hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
    const refusing = refusingDisk({ operation, code, nth, forever });
    const subject = world.start({ files: refusing.files });
    const error = await errorOf(() => subject.download(request));
    if (refusing.firedCount() > 0) {
      verdict.reached("a call was refused");
      if (error !== undefined)
        verdict.hasKind(error, ["disk-full", "access-denied", "disk-io"], {
          about: "DL-DISK-ERROR",
        });
    }
    const known = new Set(
      // A whole snapshot is as good as what the default patterns take.
      [...old.files, ...next.files].map(({ path, bytes }) => `${path} ${sha256Hex(bytes)}`),
    );
    const finals = (await readTree(world.files, directory)).filter(
      ({ kind, path }) =>
        kind === "file" && [...old.files, ...next.files].some((file) => file.path === path),
    );
    for (const { path, sha256 } of finals)
      verdict.holds(
        "DL-DISK-ERROR",
        known.has(`${path} ${sha256}`),
        `${path} holds bytes of no commit`,
      );
    const hasConfig = await exists(world.files, filePlace(directory, "config.json"));
    const isWhole = async (model: typeof old) =>
      (await wrongFiles(world, directory, wantedFiles(model.files))).length === 0;
    verdict.holds(
      "DL-DISK-ERROR",
      !hasConfig || (isUpdate && (await isWhole(old))) || (await isWhole(next)),
      "config.json is there, and its model is not",
    );
    await verdict.attempt("DL-DISK-ERROR", () => world.start().download(request));
    verdict.holds("DL-DISK-ERROR", await isWhole(next), "the next download did not make it right");
  },
});
