/**
 * Somebody asks for some files by patterns, and later for all.
 *
 * Invariants checked:
 * - Exactly the files that match are there: `*` crosses `/`, dotfiles match, case counts, `exclude` takes away.
 * - The later request, wider or with other patterns, brings the rest. Where the hub is away it is an error, unless all that it wants is there.
 */
import fc from "fast-check";
import { fnmatch } from "../../spec/mod.ts";
import { readTree, settled } from "../../harness/internal.ts";
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
  covers: ["LAYOUT-PATTERN", "LAYOUT-WIDER", "ERROR-KIND"],
  goals: ["a wider request without a hub"],
  given: {
    model: anySmallModel(),
    include: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      {
        weight: 2,
        arbitrary: fc.uniqueArray(fc.constantFrom(...INCLUDE), { minLength: 1, maxLength: 3 }),
      },
      // What everybody asks for.
      {
        weight: 2,
        arbitrary: fc.subarray(["*.json", "*.safetensors", "*.jinja"], { minLength: 1 }),
      },
    ),
    exclude: fc.oneof(
      fc.uniqueArray(fc.constantFrom(...EXCLUDE), { maxLength: 2 }),
      fc.shuffledSubarray(["a/*", "1_Pooling/*", "*.md"], { minLength: 2, maxLength: 2 }),
    ),
    /** What is asked for afterwards: more patterns, or fewer that leave out. */
    more: fc.oneof(
      fc.subarray(["*"]),
      fc.uniqueArray(fc.constantFrom(...INCLUDE), { maxLength: 2 }),
    ),
    excluded: fc.nat(2),
    /** Whether as many others are left out then instead. */
    isOtherwise: fc.constantFrom(false, false, true),
    isAll: fc.boolean(),
  },
  async check(
    { model, include, exclude, more, excluded, isOtherwise, isAll: isWhole },
    world,
    verdict,
  ) {
    const extra = EXTRA.map((path) => ({
      path,
      bytes: new TextEncoder().encode(`{"of":${JSON.stringify(path)}}`),
      lfs: false,
    }));
    const files = [...model.files, ...extra];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const subject = world.start();
    const isExcluded = (path: string) => exclude.some((pattern) => fnmatch(pattern, path));
    // Without a pattern to include, what is excluded is taken from what is wanted otherwise.
    const some = include.length > 0 ? { include } : {};
    const expected = wantedFiles(files, some.include)
      .map(({ path }) => path)
      .filter((path) => !isExcluded(path));
    const narrow = () => subject.download({ repository: REPOSITORY, ...some, exclude });
    // Patterns that choose nothing are an error: `DL-NO-MATCH`.
    if (expected.length === 0) await settled(narrow);
    else await verdict.attempt("LAYOUT-PATTERN", narrow);
    const tree = await readTree(world.files, directory);
    const found = tree.filter(
      ({ kind, path }) => kind === "file" && files.some((file) => file.path === path),
    );
    const paths = found.map(({ path }) => path);
    // A whole snapshot is as good where nothing says what to include.
    const isRight =
      include.length > 0
        ? paths.join() === expected.toSorted().join()
        : expected.every((path) => paths.includes(path)) && !paths.some(isExcluded);
    verdict.holds(
      "LAYOUT-PATTERN",
      isRight,
      `${paths.join()} and not ${expected.toSorted().join()}`,
    );
    const isAll = isWhole && !isOtherwise;
    const wide = {
      repository: REPOSITORY,
      ...(include.length > 0 && { include: [...include, ...more] }),
      exclude: isOtherwise
        ? EXCLUDE.filter((pattern) => !exclude.includes(pattern)).slice(0, exclude.length)
        : exclude.slice(0, excluded),
    };
    const wanted = wantedFiles(files, wide.include).filter(
      ({ path }) => !wide.exclude.some((pattern) => fnmatch(pattern, path)),
    );
    world.hub.goOffline();
    const isWider = wanted.some(({ path }) => !paths.includes(path));
    if (isWider) {
      await verdict.fails("LAYOUT-WIDER", () => subject.download(wide), ["offline", "network"]);
      verdict.reached("a wider request without a hub");
    }
    world.hub.goOnline();
    const last = isAll ? { repository: REPOSITORY } : wide;
    const all = isAll ? wantedFiles(files) : wanted;
    if (all.length === 0) return;
    await verdict.attempt("LAYOUT-WIDER", () => subject.download(last));
    const wrong = await wrongFiles(world, directory, all);
    verdict.holds("LAYOUT-WIDER", wrong.length === 0, wrong.join(", "));
  },
});
