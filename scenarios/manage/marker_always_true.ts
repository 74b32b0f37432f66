/**
 * Somebody reads a model's marker after every single change of the disk, and after a crash at any of them.
 *
 * Invariants checked:
 * - Whenever there is a marker, every file that it names is there with the stated size and hash.
 */
import fc from "fast-check";
import {
  falseMarker,
  markerText,
  needsOwnProcess,
  observingFiles,
} from "../../harness/internal.ts";
import { anySmallModel, modelPlace, ProcessKilled, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/MarkerTrue";
const STORIES = ["download", "switch", "narrower", "removal"] as const;

export const markerAlwaysTrue = scenario({
  name: "manage/marker_always_true",
  covers: ["MARK-TRUE"],
  goals: ["a marker was read while work went on", "a process was killed"],
  given: {
    old: anySmallModel({ weightBytesMax: 60 }),
    next: anySmallModel({ weightBytesMax: 60 }),
    story: fc.constantFrom(...STORIES),
    // Late in the work is where a marker comes or goes.
    killAt: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    torn: fc.boolean(),
  },
  async check({ old, next, story, killAt, torn }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const { files: disk, hub } = world;
    const directory = modelPlace(world, REPOSITORY);
    const request = { repository: REPOSITORY };
    hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
    if (story !== "download") await world.start().download(request);
    if (story === "switch") hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
    let falsehood: string | undefined;
    const files = observingFiles(disk, async ({ path, target, operation }) => {
      // What is changed below a hidden directory of the model is not a file that a marker names.
      const isHidden = (target ?? path).startsWith(`${directory}/.cache/`);
      if (falsehood !== undefined || (isHidden && operation !== "rename")) return;
      falsehood = await falseMarker(disk, directory);
      if ((await markerText(disk, directory)) !== undefined)
        verdict.reached("a marker was read while work went on");
    });
    const subject = world.start({ files: () => files });
    if (killAt !== undefined) subject.killAt({ at: "operation", nth: killAt, torn });
    const narrow = story === "narrower" ? { include: ["*.json"] } : {};
    try {
      await verdict.attempt("MARK-TRUE", async () =>
        story === "removal" ? subject.remove(request) : subject.download({ ...request, ...narrow }),
      );
    } catch (error) {
      if (!(error instanceof ProcessKilled)) throw error;
      verdict.reached("a process was killed");
      await world.settle();
    }
    falsehood ??= await falseMarker(disk, directory);
    verdict.holds("MARK-TRUE", falsehood === undefined, `${story}: ${falsehood}`);
  },
});
