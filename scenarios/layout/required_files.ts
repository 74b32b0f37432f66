/**
 * Somebody downloads a model, whatever its files, names and style of hub.
 *
 * Invariants checked:
 * - The directory is the one that the layout says, for `download` and `locate` alike.
 * - Every listed file that matches is at its path with the listed bytes, and nothing else is.
 * - Config, weights, tokenizer and tokenizer config are there.
 */
import fc from "fast-check";
import { DEFAULT_PATTERNS, fnmatch, REPOSITORY_LAYOUTS } from "../../spec/mod.ts";
import { anyRepository, HEAD, readTree, sha256Hex } from "../../harness/internal.ts";
import { anyModel, modelPlace, scenario } from "../../harness/mod.ts";

export const requiredFiles = scenario({
  name: "layout/required_files",
  // Real models, of thousands of small pieces.
  pieceBytes: [],
  covers: ["LAYOUT-PATH", "LAYOUT-AGREE", "LAYOUT-SET", "LAYOUT-REQUIRED", "DL-INTEGRITY"],
  given: {
    model: anyModel(),
    repository: anyRepository(),
    layout: fc.constantFrom(undefined, ...REPOSITORY_LAYOUTS),
  },
  async check({ model, repository, layout }, world, verdict) {
    world.hub.publish(repository, model.files, { tags: ["mlx"] });
    const request = { repository, ...(layout === undefined ? {} : { layout }) };
    const subject = world.start();
    const result = await verdict.attempt("LAYOUT-SET", () => subject.download(request));
    const expected = modelPlace(world, repository, { layout });
    // The hub's cache has a rule of its own: LAYOUT-HFCACHE.
    if (!expected.includes(HEAD))
      verdict.holds(
        "LAYOUT-PATH",
        result.directory === expected,
        `${result.directory} is not ${expected}`,
      );
    const wanted = model.files.filter(({ path }) =>
      DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path)),
    );
    const tree = await readTree(world.files, expected);
    for (const { path, bytes } of wanted) {
      const found = tree.find((entry) => entry.path === path);
      verdict.holds("LAYOUT-SET", found?.kind === "file", `${path} is not there`);
      verdict.holds("DL-INTEGRITY", found?.sha256 === sha256Hex(bytes), `${path} has other bytes`);
    }
    for (const name of [
      "config.json",
      "tokenizer.json",
      "tokenizer_config.json",
      ...model.weightFiles,
    ]) {
      verdict.holds(
        "LAYOUT-REQUIRED",
        tree.some(({ path }) => path === name),
        `${name} is not there`,
      );
    }
    const located = await subject.locate(request);
    verdict.holds("LAYOUT-AGREE", located === result.directory, `locate answers ${located}`);
    const checked = await subject.check(request);
    verdict.holds(
      "LAYOUT-AGREE",
      checked.directory === result.directory,
      `check opened ${checked.directory}`,
    );
  },
});
