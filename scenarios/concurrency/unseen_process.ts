/**
 * Two processes download one model at once, each in a container of its own: neither sees the other one's number.
 *
 * Invariants checked:
 * - Both succeed, the model is intact, and no more is transferred than by two that see each other.
 */
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { judgeSameEnd } from "./judge_same_end.ts";

export const unseenProcess = scenario({
  name: "concurrency/unseen_process",
  covers: ["DL-LOCK-UNSEEN"],
  given: { model: anySmallModel({ weightBytesMax: 200 }) },
  async check({ model }, world, verdict) {
    await judgeSameEnd(world, verdict, {
      id: "DL-LOCK-UNSEEN",
      repositories: { calm: "mlx-community/Seen", disturbed: "mlx-community/Unseen" },
      files: model.files,
      start: (isDisturbed) => [
        world.start(),
        world.start(isDisturbed ? { processTable: "container" } : {}),
      ],
    });
  },
});
