/**
 * The disk refuses one kind of call from some moment on, for once or for ever, in a download with kept bytes or without.
 *
 * Invariants checked:
 * - A failure has the code that the refusal means, and no other.
 * - The next download, on a sound disk, finishes, and leaves nothing over but the model.
 */
import fc from "fast-check";
import type { ErrorCode } from "../../../spec/mod.ts";
import {
  type DiskRefusal,
  errorOf,
  needsOwnProcess,
  readTree,
  refusingDisk,
  strayFile,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  killDownload,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/RefusedCalls";
const CODES: Readonly<Record<DiskRefusal["code"], ErrorCode>> = {
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EACCES: "access-denied",
  EROFS: "access-denied",
  ENAMETOOLONG: "path-too-long",
  EIO: "disk-io",
  EMFILE: "disk-io",
  EINTR: "disk-io",
  EXDEV: "disk-io",
};
/** What a disk refuses when it is full, not ours to write, or failing. */
const OPERATIONS: Readonly<Record<string, readonly DiskRefusal["operation"][]>> = {
  ENOSPC: ["open", "write", "mkdir", "rename", "truncate"],
  EDQUOT: ["open", "write", "mkdir"],
  EACCES: ["open", "mkdir", "rename", "unlink"],
  EROFS: ["open", "mkdir", "rename", "write", "unlink"],
  EIO: ["open", "read", "write", "sync", "rename", "close", "readdir", "syncDirectory", "fstat"],
};

export const refusedCalls = scenario({
  name: "download/refused_calls",
  covers: ["DL-DISK-ERROR", "ERROR-KIND"],
  goals: ["disk-full", "access-denied", "disk-io"],
  given: {
    model: anySmallModel(),
    refusal: fc.constantFrom(
      ...Object.entries(OPERATIONS).flatMap(([code, operations]) =>
        operations.map((operation) => ({ code: code as DiskRefusal["code"], operation })),
      ),
    ),
    nth: fc.integer({ min: 1, max: 30 }),
    forever: fc.boolean(),
    killAt: fc.option(fc.integer({ min: 5, max: 30 }), { nil: undefined }),
  },
  world: () => ({ style: { chunkBytes: 1000 } }),
  async check({ model, refusal, nth, forever, killAt }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY };
    if (killAt !== undefined)
      await killDownload(world, request, { at: { at: "chunk", nth: killAt } });
    const refusing = refusingDisk({ ...refusal, nth, forever });
    const subject = world.start({ files: refusing.files });
    const error = await errorOf(() => subject.download(request));
    if (refusing.firedCount() > 0 && error !== undefined) {
      const { code } = verdict.hasKind(error, [CODES[refusal.code]], { about: "DL-DISK-ERROR" });
      if (code === "disk-full" || code === "access-denied" || code === "disk-io")
        verdict.reached(code);
    }
    // The user repairs the disk and starts the app again.
    await subject.kill();
    await verdict.attempt("DL-DISK-ERROR", () => world.start().download(request));
    const directory = modelPlace(world, REPOSITORY);
    const wanted = wantedFiles(model.files);
    const wrong = await wrongFiles(world, directory, wanted);
    verdict.holds("DL-DISK-ERROR", wrong.length === 0, wrong.join(", "));
    const paths = model.files.map(({ path }) => path);
    const left = strayFile(await readTree(world.files, directory), paths);
    verdict.holds("DL-DISK-ERROR", left === undefined, `${left?.path} is left over`);
  },
});
