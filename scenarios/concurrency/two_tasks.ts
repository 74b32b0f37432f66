/**
 * Two tasks of one process download one model at once; the order of their calls is drawn.
 *
 * Invariants checked:
 * - Both succeed in time, with one directory and one intact model.
 * - Nothing is left over, and each content is transferred once.
 */
import { anySchedule, contentBytes, isPlace, takenFiles } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../harness/mod.ts";
import { judgeEnd, judgeIntact } from "./judge_intact.ts";
import { anySlowSeconds, SLOW, slowDown } from "./slow_line.ts";

const REPOSITORY = "mlx-community/TwoTasks";

export const twoTasks = scenario({
  name: "concurrency/two_tasks",
  covers: ["DL-CONCURRENT", "DL-ONE-TRANSFER", "DL-LEFTOVERS"],
  goals: [SLOW],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    schedule: anySchedule(),
    slowSeconds: anySlowSeconds(),
  },
  // Each call waits for its turn, so that a case costs several others.
  weight: 0.5,
  world: ({ schedule }) => ({ schedule }),
  async check({ model, slowSeconds }, world, verdict) {
    const id = "DL-CONCURRENT";
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    slowDown(world, { seconds: slowSeconds, files: model.files, verdict });
    const subject = world.start();
    const download = () => subject.download({ repository: REPOSITORY });
    const downloads = Promise.all([download(), download()]);
    const results = await judgeEnd(world, verdict, { id, downloads });
    const place = modelPlace(world, REPOSITORY);
    const isRight = results.map(({ directory }) => isPlace(world, directory, place));
    verdict.holds(
      id,
      (await Promise.all(isRight)).every(Boolean),
      `answered ${results.map(({ directory }) => directory).join(" and ")}`,
    );
    await judgeIntact(world, verdict, { id, repository: REPOSITORY, files: model.files });
    const taken = takenFiles(world.hub.log, model.files);
    const totalBytes = taken.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const sentBytes = contentBytes(world.hub.log);
    verdict.holds(
      "DL-ONE-TRANSFER",
      sentBytes <= totalBytes,
      `${sentBytes} bytes were sent for ${totalBytes}`,
    );
  },
});
