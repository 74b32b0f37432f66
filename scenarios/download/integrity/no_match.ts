/**
 * The patterns of a request choose no file of the repository: a misspelt name, another format, or all is left out.
 *
 * Invariants checked:
 * - It is an error, no content is requested, and no directory is made.
 */
import fc from "fast-check";
import { contentExchanges, exists } from "../../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/NoMatch-4bit";

export const noMatch = scenario({
  name: "download/no_match",
  covers: ["DL-NO-MATCH", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    patterns: fc.constantFrom<{ include?: readonly string[]; exclude?: readonly string[] }>(
      { include: ["*.gguf"] },
      { include: ["Config.json", "model.safetensor"] },
      { include: ["voices/*", "*.pth"] },
      { exclude: ["*"] },
      { include: ["*.json"], exclude: ["*.json"] },
    ),
    organization: fc.constantFrom("mlx-community", "someone-else"),
  },
  async check({ model, patterns, organization }, world, verdict) {
    const repository = REPOSITORY.replace("mlx-community", organization);
    world.hub.publish(repository, model.files, { tags: ["mlx"] });
    await verdict.fails("DL-NO-MATCH", () => world.start().download({ repository, ...patterns }), [
      "file-not-found",
      "invalid-argument",
      "repository-incomplete",
    ]);
    const taken = contentExchanges(world.hub.log).length;
    verdict.holds("DL-NO-MATCH", taken === 0, `${taken} files were requested`);
    const place = modelPlace(world, repository);
    verdict.holds("DL-NO-MATCH", !(await exists(world.files, place)), "a directory was made");
  },
});
