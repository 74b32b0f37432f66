/**
 * A model is complete, and then the hub is away, in any of the ways in which it can be.
 *
 * Invariants checked:
 * - A download answers with the same directory, commit and files, and says that it is the local copy.
 * - Nothing is written.
 */
import fc from "fast-check";
import { REPOSITORY_LAYOUTS } from "../../spec/mod.ts";
import { beginOutage, observingFiles, OUTAGES, readTree } from "../../harness/internal.ts";
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
    const expected = { ...before, bytesFetched: 0, offline: true };
    verdict.holds(
      "OFF-COMPLETE",
      JSON.stringify(sorted(after)) === JSON.stringify(sorted(expected)),
      () => `it answered ${JSON.stringify(after)} where it was ${JSON.stringify(before)}`,
    );
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

function sorted(result: {
  readonly directory: string;
  readonly commit: string;
  readonly offline: boolean;
  readonly files: readonly { readonly path: string }[];
}): unknown {
  const { directory, commit, offline, files } = result;
  return [directory, commit, offline, files.map(({ path }) => path).toSorted()];
}
