/**
 * The branch moves while a model is downloaded, and is downloaded again later.
 *
 * Invariants checked:
 * - The branch is asked about once, and every file is requested from, and is of, the one commit that it meant then.
 * - The later download brings the new commit.
 */
import fc from "fast-check";
import { HEAD } from "../../../harness/internal.ts";
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
    /** Whatever it is called, also as a release: what a name means may change. */
    revision: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: fc.constantFrom("v1.0", "2024.1", "release/1", "refs/pr/1") },
    ),
  },
  async check({ old, next, moment, nth, revision }, world, verdict) {
    const directory = modelPlace(world, REPOSITORY);
    // Where a cache has what a name other than `main` means is not looked up here.
    const named = revision === undefined || directory.endsWith(HEAD) ? {} : { revision };
    const about = { tags: ["mlx"], ...named };
    const commit = world.hub.publish(REPOSITORY, old.files, about);
    const later = world.hub.prepare(REPOSITORY, next.files, about);
    const request = { repository: REPOSITORY, ...named };
    world.hub.faults = [
      { match: { kind: moment, nth: moment === "resolve" ? nth : 1 }, do: { type: "move-branch" } },
    ];
    const subject = world.start();
    const result = await verdict.attempt("DL-ONE-COMMIT", () => subject.download(request));
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
    world.hub.publish(REPOSITORY, next.files, about);
    await verdict.attempt("DL-NEW-COMMIT", () => subject.download(request));
    const stale = await wrongFiles(world, directory, wantedFiles(next.files));
    verdict.holds("DL-NEW-COMMIT", stale.length === 0, stale.join(", "));
  },
});
