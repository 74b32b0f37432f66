/**
 * Two or more paths of a repository have the same content.
 *
 * Invariants checked:
 * - Every one of them is there, also when some were there before.
 */
import fc from "fast-check";
import { writeBytes } from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/SharedBlob";
const COPIES = ["copy.json", "nested/copy.json", "onnx/model.safetensors", "a/b/c.safetensors"];

export const sharedBlob = scenario({
  name: "layout/shared_blob",
  covers: ["LAYOUT-SHARED-BLOB"],
  given: {
    model: anySmallModel(),
    of: fc.nat(20),
    copies: fc.uniqueArray(fc.constantFrom(...COPIES), { minLength: 1 }),
    isPartlyThere: fc.boolean(),
  },
  async check({ model, of, copies, isPartlyThere }, world, verdict) {
    const wanted = wantedFiles(model.files);
    const original = wanted[of % wanted.length] ?? wanted[0];
    if (original === undefined) return;
    const files = [...model.files, ...copies.map((path) => ({ ...original, path }))];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    if (isPartlyThere)
      await writeBytes(world.files, filePlace(directory, original.path), original.bytes);
    await verdict.attempt("LAYOUT-SHARED-BLOB", () =>
      world.start().download({ repository: REPOSITORY }),
    );
    const wrong = await wrongFiles(world, directory, wantedFiles(files));
    verdict.holds("LAYOUT-SHARED-BLOB", wrong.length === 0, wrong.join(", "));
  },
});
