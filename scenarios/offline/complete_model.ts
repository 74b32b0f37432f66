/**
 * A model is complete, and then the hub is away, in any of the ways in which it can be.
 *
 * Invariants checked:
 * - A download answers with the same directory, commit and files; a result that says whether the hub answered says that it did
 *   not.
 * - Nothing is written.
 */
import fc from "fast-check";
import { type DownloadResult, REPOSITORY_LAYOUTS } from "../../spec/mod.ts";
import {
  beginOutage,
  mayBeOffline,
  observingFiles,
  OUTAGES,
  readTree,
} from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const BRANCH = "feature/x";

export const completeModel = scenario({
  name: "offline/complete_model",
  covers: ["OFF-COMPLETE"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    outage: fc.constantFrom(...OUTAGES),
    revision: fc.constantFrom("main", BRANCH, "commit"),
    organization: fc.constantFrom("mlx-community", "someone-else"),
    layout: fc.constantFrom(undefined, ...REPOSITORY_LAYOUTS),
  },
  async check({ model, outage, revision, organization, layout }, world, verdict) {
    const repository = `${organization}/Kept-4bit`;
    const commit = world.hub.publish(repository, model.files, { tags: ["mlx"] });
    world.hub.publish(repository, model.files, { tags: ["mlx"], revision: BRANCH });
    const request = {
      repository,
      revision: revision === "commit" ? commit : revision,
      ...(layout === undefined ? {} : { layout }),
    };
    const before = await world.start().download(request);
    const treeBefore = await readTree(world.files, world.root);
    world.clock.advance(60_000);
    const effect = beginOutage(world, outage, repository);
    let changes: readonly unknown[] = [];
    const watch = (files: typeof world.files) => {
      const observed = observingFiles(files);
      changes = observed.changes;
      return observed;
    };
    const subject = world.start({
      ...effect.start,
      // Of a program only the tree that it left can be seen.
      ...(world.kind === "process" ? {} : { files: watch }),
    });
    const after = await verdict.attempt("OFF-COMPLETE", () =>
      subject.download({ ...request, ...effect.request }),
    );
    verdict.holds(
      "OFF-COMPLETE",
      JSON.stringify(lasting(after)) === JSON.stringify(lasting(before)),
      () => `it answered ${JSON.stringify(after)} where it was ${JSON.stringify(before)}`,
    );
    verdict.holds("OFF-COMPLETE", mayBeOffline(after), "it says that the hub was asked");
    verdict.holds(
      "OFF-COMPLETE",
      changes.length === 0,
      () => `it changed the disk: ${JSON.stringify(changes[0])}`,
    );
    const treeAfter = await readTree(world.files, world.root);
    const isSame = JSON.stringify(treeAfter) === JSON.stringify(treeBefore);
    verdict.holds("OFF-COMPLETE", isSame, "the disk is not as it was");
  },
});

/** What a result says of the local copy, with and without the hub; a program may leave out all but the directory. */
function lasting({ directory, commit, files }: DownloadResult): unknown {
  return [directory, commit, files.map(({ path }) => path).toSorted()];
}
