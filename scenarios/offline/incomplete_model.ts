/**
 * Files of a complete model are lost, and then the hub is away, in any of the ways in which it can be.
 *
 * Invariants checked:
 * - A download fails with the code of the hub's answer, or `offline` where there was none.
 * - The error names each file that is missing.
 * - The files that are left stay as they are.
 */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import {
  asFailure,
  beginOutage,
  describeError,
  namesFile,
  OUTAGES,
  readTree,
  textOf,
} from "../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles } from "../../harness/mod.ts";

export const incompleteModel = scenario({
  name: "offline/incomplete_model",
  covers: ["OFF-INCOMPLETE", "OFF-KEEPS", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    outage: fc.constantFrom(...OUTAGES),
    lost: fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 3 }),
    organization: fc.constantFrom("mlx-community", "someone-else"),
    isByCommit: fc.boolean(),
  },
  async check({ model, outage, lost, organization, isByCommit }, world, verdict) {
    const repository = `${organization}/Lost-4bit`;
    const commit = world.hub.publish(repository, model.files, { tags: ["mlx"] });
    const request = {
      repository,
      layout: "hubapi",
      revision: isByCommit ? commit : "main",
    } as const;
    const { directory } = await world.start().download(request);
    const wanted = wantedFiles(model.files);
    const paths = new Set(lost.map((at) => wanted[at % wanted.length]?.path ?? ""));
    for (const path of paths) await world.files.unlink(join(directory, path));
    const treeBefore = await readTree(world.files, directory);
    world.clock.advance(60_000);
    const effect = beginOutage(world, outage, repository);
    const subject = world.start(effect.start);
    const failure = await verdict.fails(
      "OFF-INCOMPLETE",
      () => subject.download({ ...request, ...effect.request }),
      effect.codes,
    );
    const text = textOf(asFailure(failure));
    for (const path of paths) {
      verdict.holds("OFF-INCOMPLETE", namesFile(text, path), {
        expected: `an error that names each missing file: ${[...paths].join(", ")}`,
        detail: `${path} is not named in: ${describeError(failure)}`,
      });
    }
    const treeAfter = await readTree(world.files, directory);
    const isSame = treeBefore.every((entry) =>
      treeAfter.some((now) => entry.kind !== "file" || isDeepStrictEqual(now, entry)),
    );
    verdict.holds("OFF-KEEPS", isSame, "a file that was left is not as it was");
  },
});
