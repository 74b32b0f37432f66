/**
 * A process dies at any change of the disk, its lock in its hand, while another one already waits for it.
 *
 * Invariants checked:
 * - The other one finishes in time, and so does one that comes later.
 * - The model is intact, and nothing is left over.
 */
import fc from "fast-check";
import { anySchedule, EndlessCall } from "../../harness/internal.ts";
import { anySmallModel, ProcessKilled, scenario } from "../../harness/mod.ts";
import { judgeEnd, judgeIntact } from "./judge_intact.ts";

const REPOSITORY = "mlx-community/DeadHolder";

export const deadHolder = scenario({
  name: "concurrency/dead_holder",
  covers: ["DL-LOCK-DEAD", "DL-LEFTOVERS"],
  goals: ["a process was killed while another one waited"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    nth: fc.integer({ min: 1, max: 80 }),
    torn: fc.boolean(),
    schedule: anySchedule(),
  },
  // Each call waits for its turn, so that a case costs several others.
  weight: 0.5,
  world: ({ schedule }) => ({ schedule }),
  async check({ model, nth, torn }, world, verdict) {
    const id = "DL-LOCK-DEAD";
    const request = { repository: REPOSITORY };
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const [dying, living] = [world.start(), world.start()];
    dying.killAt({ at: "operation", nth, torn });
    const death = dying.download(request).then(
      () => {},
      (error: unknown) => {
        if (!(error instanceof ProcessKilled)) throw error;
      },
    );
    let isWaiting = true;
    const downloads = living.download(request).finally(() => (isWaiting = false));
    downloads.catch(() => {});
    // A program that fails before it dies had met the other one.
    if (world.kind === "process") await death;
    await verdict.attempt(id, () => death);
    if (dying.isKilled && isWaiting)
      verdict.reached("a process was killed while another one waited");
    // What two that live do to each other's files is `DL-CONCURRENT`; a wait without an end is that for the dead one.
    if (world.kind === "process")
      await downloads.catch((error: unknown) => {
        if (!(error instanceof EndlessCall)) throw error;
      });
    await judgeEnd(world, verdict, { id, downloads });
    await world.settle();
    await judgeEnd(world, verdict, { id, downloads: world.start().download(request) });
    await judgeIntact(world, verdict, { id, repository: REPOSITORY, files: model.files });
  },
});
