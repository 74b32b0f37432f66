/**
 * A repository has the parts of a model in another of their legal forms: weights and tokenizer by other names.
 *
 * Invariants checked:
 * - It is downloaded, and the directory holds `config.json`, weights, a tokenizer and `tokenizer_config.json`.
 */
import fc from "fast-check";
import { fnmatch, REQUIRED_PARTS, REPOSITORY_LAYOUTS } from "../../spec/mod.ts";
import { isPlace, readTree } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/LegalForms";

export const legalForms = scenario({
  name: "layout/legal_forms",
  covers: ["LAYOUT-REQUIRED"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    tokenizers: fc.uniqueArray(
      fc.constantFrom("tokenizer.json", "tokenizer.model", "tiktoken.model", "qwen.tiktoken"),
      { minLength: 1 },
    ),
    weights: fc.uniqueArray(
      fc.constantFrom("model.safetensors", "weights.00.safetensors", "consolidated.safetensors"),
      { minLength: 1 },
    ),
    layout: fc.constantFrom(...REPOSITORY_LAYOUTS),
  },
  async check({ model, tokenizers, weights, layout }, world, verdict) {
    const kept = model.files.filter(
      ({ path }) => path !== "tokenizer.json" && !path.endsWith(".safetensors"),
    );
    const made = [...tokenizers, ...weights].map((path) => ({
      path,
      bytes: new TextEncoder().encode(`the bytes of ${path}`),
      lfs: !path.endsWith(".json"),
    }));
    world.hub.publish(REPOSITORY, [...kept, ...made], { tags: ["mlx"] });
    const id = "LAYOUT-REQUIRED";
    const { directory } = await verdict.attempt(id, () =>
      world.start().download({ repository: REPOSITORY, layout }),
    );
    const tree = await readTree(world.files, directory);
    const there = tree.filter(({ kind }) => kind === "file").map(({ path }) => path);
    for (const [part, patterns] of Object.entries(REQUIRED_PARTS)) {
      const isThere = there.some(
        (path) => !path.includes("/") && patterns.some((pattern) => fnmatch(pattern, path)),
      );
      verdict.holds(id, isThere, `there is no ${part}`);
    }
    const lacking = made.find(({ path }) => !there.includes(path));
    verdict.holds(id, lacking === undefined, `${lacking?.path} is not there`);
    const isInPlace = await isPlace(world, directory, modelPlace(world, REPOSITORY, { layout }));
    verdict.holds(id, isInPlace, `it is in ${directory}`);
  },
});
