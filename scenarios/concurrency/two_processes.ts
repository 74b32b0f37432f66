/**
 * Two processes download one model at once, or two revisions of it; the order of their calls is drawn.
 *
 * Invariants checked:
 * - Both succeed in time, and one intact model of one of the commits is there.
 * - What the first one has brought stays where it is while the second one of the same commit goes on, which may be killed at any moment.
 * - No part, temporary file or lock is left over, and no weight file of the other revision.
 */
import fc from "fast-check";
import { anySchedule, exists } from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";
import { judgeEnd, judgeIntact } from "./judge_intact.ts";
import { anySlowSeconds, SLOW, slowDown } from "./slow_line.ts";

const REPOSITORY = "mlx-community/TwoProcesses";

export const twoProcesses = scenario({
  name: "concurrency/two_processes",
  covers: ["DL-CONCURRENT", "DL-LEFTOVERS", "LAYOUT-STRAYS"],
  goals: ["two revisions at once", SLOW],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    other: fc.option(anySmallModel({ weightBytesMax: 200 }), { nil: undefined, freq: 2 }),
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
    const place = modelPlace(world, REPOSITORY);
    let isWhole = false;
    let lost: string | undefined;
    const look = async () => {
      if (!isWhole || lost !== undefined) return;
      for (const { path } of wantedFiles(model.files))
        if (!(await exists(world.files, filePlace(place, path)))) lost = path;
    };
    // Programs are stopped at each look, which is not what two that run at once do.
    const start = () => world.start(world.kind === "process" ? {} : { look });
    const revision = other === undefined ? "main" : "other";
    const [one, two] = [start(), start()].map(async (process, at) => {
      await process.download({ repository: REPOSITORY, ...(at === 1 && { revision }) });
      isWhole = other === undefined;
    });
    await judgeEnd(world, verdict, { id, downloads: Promise.all([one, two]) });
    verdict.holds(id, lost === undefined, `${lost} was away after one had ended`);
    if (other !== undefined) verdict.reached("two revisions at once");
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
