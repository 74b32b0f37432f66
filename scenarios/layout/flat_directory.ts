/**
 * The app had put a model into a directory of its own; then it downloads the same model the right way.
 *
 * Invariants checked:
 * - The flat directory is found, once, and reported as misplaced; the MLX one is found once and is not.
 * - The download goes to MLX's place and leaves the flat directory as it was; one into the flat layout is refused.
 */
import { join } from "node:path";
import fc from "fast-check";
import { anyRepository, inHubapi, readTree, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../harness/mod.ts";

export const flatDirectory = scenario({
  name: "layout/flat_directory",
  covers: ["LAYOUT-FLAT", "MANAGE-BOTH", "ERROR-KIND"],
  given: {
    model: anySmallModel(),
    repository: anyRepository(),
    modelId: fc.constantFrom("smollm-135m", "My Model", "llama.3", "model--copy"),
  },
  async check({ model, repository, modelId }, world, verdict) {
    const flat = join(world.root, modelId);
    for (const { path, bytes } of model.files)
      await writeBytes(world.files, join(flat, path), bytes);
    const before = JSON.stringify(await readTree(world.files, flat));
    world.hub.publish(repository, model.files, { tags: ["mlx"] });
    const subject = world.start();
    const asFlat = () => subject.download({ repository, layout: "flat" });
    await verdict.fails("LAYOUT-FLAT", asFlat, ["unsupported"]);
    const names = await world.files.readdir(world.root);
    verdict.holds("LAYOUT-FLAT", names.join() === modelId, `the root holds ${names.join()}`);
    await verdict.attempt("LAYOUT-FLAT", () =>
      subject.download({ repository, ...inHubapi(world) }),
    );
    verdict.holds(
      "LAYOUT-FLAT",
      JSON.stringify(await readTree(world.files, flat)) === before,
      "the flat directory was changed",
    );
    const listed = await verdict.attempt("MANAGE-BOTH", () => subject.list());
    const directories = listed.map(({ directory }) => directory).toSorted();
    const expected = [flat, modelPlace(world, repository, inHubapi(world))].toSorted();
    verdict.holds(
      "MANAGE-BOTH",
      directories.join() === expected.join(),
      `list has ${directories.join(" and ")}`,
    );
    for (const { directory, layout, misplaced } of listed) {
      const isFlat = directory === flat;
      verdict.holds(
        "MANAGE-BOTH",
        (layout === "flat") === isFlat,
        `${directory} is listed as ${layout}`,
      );
      verdict.holds(
        "LAYOUT-FLAT",
        (misplaced !== undefined) === isFlat,
        `${directory}: misplaced is ${misplaced}`,
      );
    }
  },
});
