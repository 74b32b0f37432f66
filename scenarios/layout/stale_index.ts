/**
 * The repository's index names other weight files than the repository has.
 *
 * Invariants checked:
 * - Every listed weight file is downloaded, named in the index or not; what only the index names is not asked for.
 */
import fc from "fast-check";
import { jsonBytes } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/StaleIndex";
const INDEX = "model.safetensors.index.json";

export const staleIndex = scenario({
  name: "layout/stale_index",
  covers: ["LAYOUT-LISTING"],
  given: {
    model: anySmallModel(),
    named: fc.uniqueArray(
      fc.constantFrom(
        "model-00001-of-00009.safetensors",
        "model-00001-of-00002.safetensors",
        "old.safetensors",
      ),
      {
        maxLength: 3,
      },
    ),
    isGarbage: fc.boolean(),
  },
  async check({ model, named, isGarbage }, world, verdict) {
    const weight_map = Object.fromEntries(named.map((file, at) => [`tensor.${at}`, file]));
    const bytes = isGarbage
      ? new TextEncoder().encode("{no")
      : jsonBytes({ metadata: { total_size: 1 }, weight_map });
    const files = [...model.files, { path: INDEX, bytes, lfs: false }];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    await verdict.attempt("LAYOUT-LISTING", () =>
      world.start().download({ repository: REPOSITORY }),
    );
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wantedFiles(files));
    verdict.holds("LAYOUT-LISTING", wrong.length === 0, wrong.join(", "));
    const unknown = world.hub.log.filter(
      ({ file }) => file !== undefined && !files.some(({ path }) => path === file),
    );
    verdict.holds(
      "LAYOUT-LISTING",
      unknown.length === 0,
      () => `${unknown[0]?.file} was requested, which is not listed`,
    );
  },
});
