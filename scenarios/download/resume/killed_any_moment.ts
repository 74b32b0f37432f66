/**
 * A process is killed when the hub has sent so many pieces, when it reports progress, or at some moment; another one comes.
 *
 * Invariants checked:
 * - At a final path there is nothing or a whole file, and no partial data has the name of weights.
 * - The next download finishes, and the model is whole.
 */
import fc from "fast-check";
import { readTree, sha256Hex } from "../../../harness/internal.ts";
import {
  anySmallModel,
  modelPlace,
  ProcessKilled,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/KilledAnyMoment";

export const killedAnyMoment = scenario({
  name: "download/killed_any_moment",
  covers: ["DL-ATOMIC", "DL-PARTIAL-PLACE", "DL-RESUME-UNWEDGED"],
  goals: ["it was killed"],
  worlds: ["process"],
  given: {
    model: anySmallModel({ weightBytesMax: 20_000 }),
    moment: fc.oneof(
      fc.record({ at: fc.constant("chunk" as const), nth: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ at: fc.constant("event" as const), nth: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ at: fc.constant("time" as const), nth: fc.integer({ min: 1, max: 300 }) }),
    ),
  },
  world: () => ({ style: { chunkBytes: 500 } }),
  async check({ model, moment }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY };
    const doomed = world.start();
    const { at, nth } = moment;
    if (at !== "time") doomed.killAt({ at, nth });
    const reports = at === "event" ? { onProgress: () => {} } : {};
    const outcome = doomed.download(request, reports).then(
      () => false,
      (error: unknown) => {
        if (error instanceof ProcessKilled) return true;
        throw error;
      },
    );
    if (at === "time") {
      const first = world.hub.log.length;
      // From its first request on: before it there is nothing to interrupt.
      while (world.hub.log.length === first && !doomed.isKilled) {
        const isOver = await Promise.race([outcome.then(() => true), world.clock.sleep(20)]);
        if (isOver === true) break;
      }
      await world.clock.sleep(nth);
      await doomed.kill();
    }
    if (await outcome) verdict.reached("it was killed");
    const directory = modelPlace(world, REPOSITORY);
    const hashes = new Map(model.files.map(({ path, bytes }) => [path, sha256Hex(bytes)]));
    const there = (await readTree(world.files, directory)).filter(
      ({ kind }) => kind !== "directory",
    );
    const half = there.filter(({ path, sha256 }) => (hashes.get(path) ?? sha256) !== sha256);
    verdict.holds("DL-ATOMIC", half.length === 0, () => `${half[0]?.path} is not whole`);
    const strays = there.filter(({ path }) => !hashes.has(path) && path.endsWith(".safetensors"));
    verdict.holds(
      "DL-PARTIAL-PLACE",
      strays.length === 0,
      () => `${strays[0]?.path} is no file of the model`,
    );
    await verdict.attempt("DL-RESUME-UNWEDGED", () => world.start().download(request));
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds("DL-RESUME-UNWEDGED", wrong.length === 0, wrong.join(", "));
  },
});
