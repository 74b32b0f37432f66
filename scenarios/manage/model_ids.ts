/**
 * Several organizations have models of the same name, in the flat and in the MLX layouts.
 *
 * Invariants checked:
 * - Every model is listed once, with its repository; no two have one model id, and each is located in its own place.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  anyRepository,
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  writeBytes,
} from "../../harness/mod.ts";

export const modelIds = scenario({
  name: "manage/model_ids",
  covers: ["MANAGE-MAP", "MANAGE-BOTH"],
  given: {
    model: anySmallModel(),
    name: fc.constantFrom("m", "Model-4bit", "llama.3"),
    orgs: fc.uniqueArray(fc.constantFrom("org1", "org2", "Org1", "o-r-g", "org1-m"), {
      minLength: 2,
      maxLength: 4,
    }),
    other: anyRepository(),
    layout: fc.constantFrom("hubapi" as const, "lmstudio" as const),
    hasFlat: fc.boolean(),
  },
  async check({ model, name, orgs, other, layout, hasFlat }, world, verdict) {
    const repositories = [...new Set([...orgs.map((org) => `${org}/${name}`), other])];
    const subject = world.start();
    for (const repository of repositories) {
      world.hub.publish(repository, model.files, { tags: ["mlx"] });
      await verdict.attempt("MANAGE-MAP", () => subject.download({ repository, layout }));
    }
    if (hasFlat)
      for (const { path, bytes } of model.files)
        await writeBytes(world.files, filePlace(join(world.root, "my-own-model"), path), bytes);
    const listed = await verdict.attempt("MANAGE-BOTH", () => subject.list());
    verdict.holds(
      "MANAGE-BOTH",
      listed.length === repositories.length + (hasFlat ? 1 : 0),
      `${listed.length} models are listed`,
    );
    verdict.holds(
      "MANAGE-MAP",
      new Set(listed.map(({ modelId }) => modelId)).size === listed.length,
      "two models share a model id",
    );
    for (const repository of repositories) {
      const place =
        layout === "hubapi" ? modelPlace(world, repository) : filePlace(world.root, repository);
      const found = listed.filter((entry) => entry.repository === repository);
      verdict.holds(
        "MANAGE-MAP",
        found.length === 1 && found[0]?.directory === place,
        `${repository} is listed ${found.length} times`,
      );
      const located = await subject.locate({ repository });
      verdict.holds("MANAGE-MAP", located === place, `${repository} is located in ${located}`);
    }
  },
});
