/**
 * The disk refuses one kind of call from some moment on, for once or for ever, in a download with kept bytes or without.
 *
 * Invariants checked:
 * - A failure has the code that the refusal means, and no other.
 * - The next download, on a sound disk, finishes, and leaves nothing over but the model.
 */
import fc from "fast-check";
import { type ErrorCode, MARKER_NAME, METADATA_DIRECTORY } from "../../../spec/mod.ts";
import {
  anySmallModel,
  type DiskRefusal,
  killDownload,
  limitedFiles,
  modelPlace,
  needsOwnProcess,
  readTree,
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
    let fired = () => 0;
    const files = (disk: typeof world.files) => {
      const limited = limitedFiles(disk, { refusals: [{ ...refusal, nth, forever }] });
      fired = () => limited.firedCount();
      return limited;
    };
    const subject = world.start({ files });
    const error = await subject.download(request).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (fired() > 0 && error !== undefined) {
      const { code } = verdict.hasKind(error, [CODES[refusal.code]]);
      if (code === "disk-full" || code === "access-denied" || code === "disk-io")
        verdict.reached(code);
    }
    // The user mends the disk and starts the app anew.
    await subject.kill();
    await verdict.attempt("DL-DISK-ERROR", () => world.start().download(request));
    const directory = modelPlace(world, REPOSITORY);
    const wanted = wantedFiles(model.files);
    const wrong = await wrongFiles(world, directory, wanted);
    verdict.holds("DL-DISK-ERROR", wrong.length === 0, wrong.join(", "));
    const known = new Set([
      MARKER_NAME,
      ...wanted.flatMap(({ path }) => [path, `${METADATA_DIRECTORY}/${path}.metadata`]),
    ]);
    const left = (await readTree(world.files, directory)).find(
      ({ kind, path }) => kind !== "directory" && !known.has(path),
    );
    verdict.holds("DL-DISK-ERROR", left === undefined, `${left?.path} is left over`);
  },
});
