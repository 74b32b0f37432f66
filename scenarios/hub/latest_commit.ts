/**
 * Somebody asks which commit a model's branch is now: of a model that is here, or is not, after the branch has moved, or has not.
 *
 * Invariants checked:
 * - The answer is the head of the branch, after one request without the content of a file.
 * - Nothing changes on the disk.
 */
import fc from "fast-check";
import { contentExchanges, readTree } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Fresh-4bit";

export const latestCommit = scenario({
  name: "hub/latest_commit",
  covers: ["HUB-LATEST"],
  goals: ["the branch has moved", "the model is not here"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    later: anySmallModel({ weightBytesMax: 64 }),
    isHere: fc.boolean(),
    hasMoved: fc.boolean(),
  },
  async check({ model, later, isHere, hasMoved }, world, verdict) {
    const { hub, files: disk, root } = world;
    const subject = world.start();
    const ask = subject.latestCommit;
    if (ask === undefined) {
      verdict.skip("HUB-LATEST", "it cannot be asked apart from a download");
      return;
    }
    let head = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    if (isHere) await subject.download({ repository: REPOSITORY });
    else verdict.reached("the model is not here");
    if (hasMoved) {
      head = hub.publish(REPOSITORY, later.files, { tags: ["mlx"] });
      verdict.reached("the branch has moved");
    }
    const before = JSON.stringify(await readTree(disk, root));
    hub.clearLog();
    const commit = await verdict.attempt("HUB-LATEST", () => ask({ repository: REPOSITORY }));
    verdict.holds("HUB-LATEST", commit === head, `it answers ${commit} and not ${head}`);
    const { log } = hub;
    verdict.holds(
      "HUB-LATEST",
      log.length === 1 && contentExchanges(log).length === 0,
      () =>
        `it asked ${log.map(({ method, path }) => `${method} ${path}`).join(", ") || "nothing"}`,
    );
    const after = JSON.stringify(await readTree(disk, root));
    verdict.holds("HUB-LATEST", after === before, "the question changed something");
  },
});
