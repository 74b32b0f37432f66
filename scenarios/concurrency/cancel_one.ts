/**
 * Two downloads of one model are under way, in one process or in two; one of them is cancelled at any call that it makes.
 *
 * Invariants checked:
 * - The cancelled one rejects with `cancelled`, unless it had finished.
 * - The other one succeeds in time, and the model is intact.
 */
import fc from "fast-check";
import { anySchedule, asFailure, wrapFiles } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { judgeEnd, judgeIntact } from "./judge_intact.ts";

const REPOSITORY = "mlx-community/CancelOne";

export const cancelOne = scenario({
  name: "concurrency/cancel_one",
  covers: ["DL-CANCEL", "DL-CONCURRENT", "DL-LEFTOVERS", "ERROR-KIND"],
  goals: ["one was cancelled"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    isOneProcess: fc.boolean(),
    atCall: fc.oneof(fc.integer({ min: 1, max: 250 }), fc.integer({ min: 1, max: 40 })),
    schedule: anySchedule(),
  },
  // Each call waits for its turn, so that a case costs several others.
  weight: 0.5,
  world: ({ schedule }) => ({ schedule }),
  async check({ model, isOneProcess, atCall }, world, verdict) {
    const request = { repository: REPOSITORY };
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const controller = new AbortController();
    let calls = 0;
    const count = () => {
      if (++calls === atCall) controller.abort();
    };
    const first = world.start({
      files: (disk) =>
        wrapFiles(disk, (_, next) => {
          count();
          return next();
        }),
      fetch: (fetch) => (url, init) => {
        count();
        return fetch(url, init);
      },
    });
    const second = isOneProcess ? first : world.start();
    const cancelled = first.download(request, { signal: controller.signal }).then(
      () => "finished" as const,
      (error: unknown) => ({ error }),
    );
    const downloads = second.download(request);
    downloads.catch(() => {});
    const outcome = await judgeEnd(world, verdict, { id: "DL-CANCEL", downloads: cancelled });
    const id = "DL-CONCURRENT";
    await judgeEnd(world, verdict, { id, downloads });
    if (outcome !== "finished") {
      const { error } = outcome;
      // What the disk says is the other download's doing, and no answer to the cancel.
      const isDisk = asFailure(error)?.code === "disk-io";
      if (isDisk || !controller.signal.aborted)
        await verdict.attempt(id, () => Promise.reject(error));
      await verdict.fails("DL-CANCEL", () => Promise.reject(error), ["cancelled"]);
      verdict.reached("one was cancelled");
    }
    await judgeIntact(world, verdict, { id, repository: REPOSITORY, files: model.files });
  },
});
