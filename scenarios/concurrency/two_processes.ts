/**
 * Two processes download one model at once, or two revisions of it; the order of their calls is drawn.
 *
 * Invariants checked:
 * - Both succeed in time, and one intact model of one of the commits is there.
 * - No part, temporary file or lock is left over, and no weight file of the other revision.
 */
import fc from "fast-check";
import { anySchedule } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";
import { judgeEnd, judgeIntact } from "./judge_intact.ts";
import { anySlowSeconds, SLOW, slowDown } from "./slow_line.ts";

const REPOSITORY = "mlx-community/TwoProcesses";

export const twoProcesses = scenario({
  name: "concurrency/two_processes",
  covers: ["DL-CONCURRENT", "DL-LEFTOVERS", "LAYOUT-STRAYS"],
  goals: ["two revisions at once", SLOW],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    other: fc.option(anySmallModel({ weightBytesMax: 200 }), { nil: undefined }),
    schedule: anySchedule(),
    slowSeconds: anySlowSeconds(),
  },
  // Each call waits for its turn, so that a case costs several others.
  weight: 0.5,
  world: ({ schedule }) => ({ schedule }),
  async check({ model, other, slowSeconds }, world, verdict) {
    const id = "DL-CONCURRENT";
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    if (other !== undefined)
      world.hub.publish(REPOSITORY, other.files, { revision: "other", tags: ["mlx"] });
    slowDown(world, {
      seconds: slowSeconds,
      files: [...model.files, ...(other?.files ?? [])],
      verdict,
    });
    const [one, two] = [world.start(), world.start()];
    const revision = other === undefined ? "main" : "other";
    const downloads = Promise.all([
      one.download({ repository: REPOSITORY }),
      two.download({ repository: REPOSITORY, revision }),
    ]);
    await judgeEnd(world, verdict, { id, downloads });
    if (other !== undefined) verdict.reached("two revisions at once");
    const place = modelPlace(world, REPOSITORY);
    // The one that came last decides which of the two it is.
    const isOther =
      other !== undefined &&
      (await wrongFiles(world, place, wantedFiles(other.files))).length === 0;
    const { files } = isOther ? other : model;
    const others = (isOther ? model : other)?.files;
    await judgeIntact(world, verdict, {
      id,
      repository: REPOSITORY,
      files,
      ...(others === undefined ? {} : { others }),
    });
  },
});
