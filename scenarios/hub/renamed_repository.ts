/**
 * A repository was renamed on the hub, once or twice, and is asked for by its old id.
 *
 * Invariants checked:
 * - The directory has the name that was asked for and holds the files; nothing has the new name.
 */
import fc from "fast-check";
import { anyRepository, exists, isPlace } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

export const renamedRepository = scenario({
  name: "hub/renamed_repository",
  covers: ["HUB-RENAMED"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    // Names that differ in more than case, so that each has a directory of its own on every volume.
    names: fc.uniqueArray(anyRepository(), {
      minLength: 2,
      maxLength: 3,
      selector: (name) => name.toLowerCase(),
    }),
  },
  goals: ["a renamed repository was asked for"],
  async check({ model, names }, world, verdict) {
    const { hub } = world;
    const [repository = ""] = names;
    hub.publish(repository, model.files, { tags: ["mlx"] });
    for (const [at, name] of names.slice(1).entries()) hub.rename(names[at] ?? "", name);
    const result = await verdict.attempt("HUB-RENAMED", () =>
      world.start().download({ repository }),
    );
    if (hub.log.some(({ status }) => status === 307)) {
      verdict.reached("a renamed repository was asked for");
    }
    const directory = modelPlace(world, repository);
    verdict.holds(
      "HUB-RENAMED",
      await isPlace(world, result.directory, directory),
      `${result.directory} is not ${directory}`,
    );
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds("HUB-RENAMED", wrong.length === 0, () => `wrong: ${wrong.join(", ")}`);
    for (const name of names.slice(1)) {
      const isThere = await exists(world.files, modelPlace(world, name));
      verdict.holds("HUB-RENAMED", !isThere, `there is a directory for ${name}`);
    }
  },
});
