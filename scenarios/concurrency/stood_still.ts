/**
 * A process that downloads stands still at any call that it makes, as after SIGSTOP or in a machine that sleeps; another
 * one downloads the same model meanwhile, or a later commit of it, and then the first one goes on.
 *
 * Invariants checked:
 * - The other one succeeds, and what it made is intact when the first one has ended, however that ends.
 * - A later download finds nothing missing, and nothing is left over.
 */
import fc from "fast-check";
import { anySchedule, contentBytes } from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";
import { judgeIntact } from "./judge_intact.ts";

const BEGUN_MS = 500;
const REPOSITORY = "mlx-community/StoodStill";

export const stoodStill = scenario({
  name: "concurrency/stood_still",
  covers: ["DL-FENCED", "DL-CONCURRENT", "DL-LEFTOVERS"],
  goals: ["another process finished while one stood still"],
  given: {
    // What is long enough arrives in several parts at once, where parts are small.
    model: fc.oneof(
      anySmallModel({ weightBytesMax: 200 }),
      anySmallModel({ weightBytesMax: 8000 }),
    ),
    atCall: fc.oneof(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 20, max: 250 }),
      fc.integer({ min: 120, max: 350 }),
    ),
    durationMs: fc.constantFrom(20_000, 60_000, 3_600_000),
    /** What a later commit changes, which the other process finds. */
    changes: fc.constantFrom("nothing", "weights", "config", "weights and config"),
    schedule: fc.option(anySchedule(), { nil: undefined }),
  },
  // Each call may wait for its turn, so that a case costs several others.
  weight: 0.5,
  pieceBytes: [1024],
  world: ({ schedule }) => ({ style: { chunkBytes: 500 }, ...(schedule && { schedule }) }),
  async check({ model, atCall, durationMs, changes }, world, verdict) {
    const id = "DL-FENCED";
    const request = { repository: REPOSITORY };
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const next = laterFiles(model.files, changes);
    let isStanding = true;
    const standing = world
      .start({ standStill: { atCall, durationMs } })
      .download(request)
      // It may say that it lost the model to the other one.
      .catch(() => {})
      .finally(() => (isStanding = false));
    if (changes !== "nothing") {
      // Whoever does not stand still is at its end by then.
      await world.clock.sleep(BEGUN_MS);
      world.hub.publish(REPOSITORY, next, { tags: ["mlx"] });
    }
    // That it succeeds is another requirement; what it has made is to stay as it is.
    await verdict.attempt("DL-CONCURRENT", () => world.start().download(request));
    if (isStanding) verdict.reached("another process finished while one stood still");
    await standing;
    const wrong = await wrongFiles(world, directory, wantedFiles(next));
    verdict.holds(id, wrong.length === 0, wrong.join(", "));
    const before = contentBytes(world.hub.log);
    await verdict.attempt(id, () => world.start().download(request));
    const again = contentBytes(world.hub.log) - before;
    verdict.holds(id, again === 0, `${again} bytes were missing`);
    await judgeIntact(world, verdict, {
      id,
      repository: REPOSITORY,
      files: next,
    });
  },
});

/** The files of a later commit, in which some have other bytes. */
function laterFiles(files: readonly ModelFile[], changes: string): ModelFile[] {
  return files.map((file) => {
    const { path, bytes } = file;
    if (path === "config.json" && changes.includes("config"))
      return { ...file, bytes: Buffer.concat([bytes, Buffer.from(" ")]) };
    if (path.endsWith(".safetensors") && changes.includes("weights"))
      return { ...file, bytes: bytes.map((byte) => byte ^ 1) };
    return file;
  });
}
