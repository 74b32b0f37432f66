/**
 * A model for MLX, or another one, is complete, and then the hub is away, in any of the ways in which it can be.
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
  patternedBytes,
  readTree,
} from "../../harness/internal.ts";
import { anySmallModel, type ModelFile, scenario } from "../../harness/mod.ts";

const BRANCH = "feature/x";
const MLX_ORGANIZATION = "mlx-community";
const OTHER_FILES: readonly ModelFile[] = ["model.gguf", "README.md"].map((path, at) => ({
  path,
  bytes: patternedBytes(500, { salt: at }),
  lfs: at === 0,
}));

export const completeModel = scenario({
  name: "offline/complete_model",
  covers: ["OFF-COMPLETE"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    outage: fc.constantFrom(...OUTAGES),
    revision: fc.constantFrom("main", BRANCH, "commit"),
    organization: fc.constantFrom(MLX_ORGANIZATION, "someone-else"),
    layout: fc.constantFrom(undefined, undefined, ...REPOSITORY_LAYOUTS),
    isForMlx: fc.boolean(),
  },
  goals: ["one that is not for MLX"],
  async check({ model, outage, revision, organization, layout, isForMlx }, world, verdict) {
    const repository = `${organization}/Kept-4bit`;
    // What lacks the parts of a model for MLX may have a place of another kind.
    const isOther = !isForMlx && organization !== MLX_ORGANIZATION && layout === undefined;
    const files = isOther ? OTHER_FILES : model.files;
    const tags = isOther ? [] : ["mlx"];
    const commit = world.hub.publish(repository, files, { tags });
    world.hub.publish(repository, files, { tags, revision: BRANCH });
    const request = {
      repository,
      revision: revision === "commit" ? commit : revision,
      ...(layout === undefined ? {} : { layout }),
    };
    const before = await world.start().download(request);
    if (isOther) verdict.reached("one that is not for MLX");
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
