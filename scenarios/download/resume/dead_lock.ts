/**
 * A process is killed at any moment of a download and leaves whatever lock it has; another one comes.
 *
 * Invariants checked:
 * - The other one finishes within a bounded time.
 */
import fc from "fast-check";
import {
  anySmallModel,
  killDownload,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/DeadLock";

export const deadLock = scenario({
  name: "download/dead_lock",
  covers: ["DL-LOCK-DEAD"],
  goals: ["a process was killed"],
  given: { model: anySmallModel(), nth: fc.integer({ min: 1, max: 100 }), torn: fc.boolean() },
  async check({ model, nth, torn }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY };
    if (await killDownload(world, request, { at: { at: "operation", nth, torn } }))
      verdict.reached("a process was killed");
    const startMs = world.clock.now();
    await verdict.attempt("DL-LOCK-DEAD", () => world.start().download(request));
    verdict.holds(
      "DL-LOCK-DEAD",
      world.clock.now() - startMs < 60_000,
      `it took ${world.clock.now() - startMs} ms`,
    );
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wantedFiles(model.files));
    verdict.holds("DL-LOCK-DEAD", wrong.length === 0, wrong.join(", "));
  },
});
