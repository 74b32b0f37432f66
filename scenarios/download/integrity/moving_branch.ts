/**
 * The branch moves while a model is downloaded, and is downloaded again later.
 *
 * Invariants checked:
 * - The branch is asked about once, and every file is requested from, and is of, the one commit that it meant then.
 * - The later download brings the new commit.
 */
import fc from "fast-check";
import {
  anySmallModel,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/MovingBranch";

export const movingBranch = scenario({
  name: "download/moving_branch",
  covers: ["DL-ONE-COMMIT", "DL-NEW-COMMIT"],
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    moment: fc.constantFrom("tree" as const, "resolve" as const, "cdn" as const),
    nth: fc.integer({ min: 1, max: 3 }),
  },
  async check({ old, next, moment, nth }, world, verdict) {
    const commit = world.hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
    const later = world.hub.prepare(REPOSITORY, next.files, { tags: ["mlx"] });
    world.hub.faults = [
      { match: { kind: moment, nth: moment === "resolve" ? nth : 1 }, do: { type: "move-branch" } },
    ];
    const directory = modelPlace(world, REPOSITORY);
    const subject = world.start();
    const result = await verdict.attempt("DL-ONE-COMMIT", () =>
      subject.download({ repository: REPOSITORY }),
    );
    // A program need not say of which commit it is: then the disk does.
    const isUnsaid = world.kind === "process" && result.commit === "";
    verdict.holds(
      "DL-ONE-COMMIT",
      isUnsaid || result.commit === commit || result.commit === later,
      `it is of ${result.commit}`,
    );
    const ofOld = await wrongFiles(world, directory, wantedFiles(old.files));
    const isOld = isUnsaid ? ofOld.length === 0 : result.commit === commit;
    const wrong = isOld ? ofOld : await wrongFiles(world, directory, wantedFiles(next.files));
    verdict.holds("DL-ONE-COMMIT", wrong.length === 0, wrong.join(", "));
    for (const { kind, rawPath } of world.hub.log) {
      const pin = isUnsaid ? (isOld ? commit : later) : result.commit;
      const isPinned = kind !== "resolve" || rawPath.includes(`/resolve/${pin}/`);
      verdict.holds("DL-ONE-COMMIT", isPinned, `${rawPath} is not of the commit`);
    }
    const questions = world.hub.log.filter(
      ({ kind, path }) => kind === "info" && !path.endsWith(result.commit),
    ).length;
    verdict.holds("DL-ONE-COMMIT", questions <= 1, `the branch was resolved ${questions} times`);
    world.hub.faults = [];
    world.hub.publish(REPOSITORY, next.files, { tags: ["mlx"] });
    await verdict.attempt("DL-NEW-COMMIT", () => subject.download({ repository: REPOSITORY }));
    const stale = await wrongFiles(world, directory, wantedFiles(next.files));
    verdict.holds("DL-NEW-COMMIT", stale.length === 0, stale.join(", "));
  },
});
