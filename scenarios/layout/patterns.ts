/**
 * Somebody asks for some files by patterns, and later for all.
 *
 * Invariants checked:
 * - Exactly the files that match are there: `*` crosses `/`, dotfiles match, case counts, `exclude` takes away.
 * - The later, wider request brings the rest.
 */
import fc from "fast-check";
import { fnmatch } from "../../spec/mod.ts";
import { readTree } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Patterns";
const EXTRA = [
  "a/b/c.json",
  "1_Pooling/config.json",
  ".hidden.json",
  "UPPER.JSON",
  "a/.x.json",
  "[1].json",
  "notes.md",
];
const INCLUDE = [
  "*.json",
  "config.json",
  "*/config.json",
  "*.JSON",
  "?.json",
  ".*",
  "[[]1].json",
  "a/*",
  "*.safetensors",
  "tokenizer*",
  "[!a-t]*",
  "[1].json",
  "*[].]json",
  "*.[js]*",
  "[",
];
const EXCLUDE = ["a/*", "*.md", "1_Pooling/*", "*token*", ".*"];

export const patterns = scenario({
  name: "layout/patterns",
  covers: ["LAYOUT-PATTERN", "LAYOUT-WIDER"],
  given: {
    model: anySmallModel(),
    include: fc.uniqueArray(fc.constantFrom(...INCLUDE), { minLength: 1, maxLength: 3 }),
    exclude: fc.uniqueArray(fc.constantFrom(...EXCLUDE), { maxLength: 2 }),
  },
  async check({ model, include, exclude }, world, verdict) {
    const extra = EXTRA.map((path) => ({
      path,
      bytes: new TextEncoder().encode(`{"of":${JSON.stringify(path)}}`),
      lfs: false,
    }));
    const files = [...model.files, ...extra];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const subject = world.start();
    await verdict.attempt("LAYOUT-PATTERN", () =>
      subject.download({ repository: REPOSITORY, include, exclude }),
    );
    const expected = wantedFiles(files, include)
      .map(({ path }) => path)
      .filter((path) => !exclude.some((pattern) => fnmatch(pattern, path)));
    const tree = await readTree(world.files, directory);
    const found = tree.filter(
      ({ kind, path }) => kind === "file" && files.some((file) => file.path === path),
    );
    const paths = found.map(({ path }) => path);
    verdict.holds(
      "LAYOUT-PATTERN",
      paths.join() === expected.toSorted().join(),
      `${paths.join()} and not ${expected.toSorted().join()}`,
    );
    await verdict.attempt("LAYOUT-WIDER", () => subject.download({ repository: REPOSITORY }));
    const wrong = await wrongFiles(world, directory, wantedFiles(files));
    verdict.holds("LAYOUT-WIDER", wrong.length === 0, wrong.join(", "));
  },
});
