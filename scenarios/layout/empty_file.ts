/**
 * A repository has files of no bytes, wanted by the patterns: kept by git or in the store of large files, at the top or below.
 *
 * Invariants checked:
 * - The download succeeds, and each of them is at its place with no bytes.
 */
import fc from "fast-check";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Empty-4bit";
const NAMES = ["merges.txt", "added_tokens.json", "1_Pooling/config.json"];

export const emptyFile = scenario({
  name: "layout/empty_file",
  covers: ["LAYOUT-SET"],
  given: {
    model: anySmallModel(),
    names: fc.subarray(NAMES, { minLength: 1 }),
    lfs: fc.boolean(),
  },
  world: () => ({ isAboutEmptyFiles: true }),
  async check({ model, names, lfs }, world, verdict) {
    const empty = names.map((path) => ({ path, bytes: new Uint8Array(0), lfs }));
    const files = wantedFiles([...model.files, ...empty]);
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    await verdict.attempt("LAYOUT-SET", () => world.start().download({ repository: REPOSITORY }));
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), files);
    verdict.holds("LAYOUT-SET", wrong.length === 0, () => wrong.join(", "));
  },
});
