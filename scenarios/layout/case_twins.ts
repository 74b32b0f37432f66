/**
 * A repository has two files whose names differ only in case or in normalization.
 *
 * Invariants checked:
 * - A volume that distinguishes them gets both; one that does not gets an error with both names, and is as it was.
 * - Finding out which it is touches nothing outside the root.
 */
import { dirname } from "node:path";
import fc from "fast-check";
import { asFailure, changesOutside, makeDirectories, readTree } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/CaseTwins";
// Nobody knows how much of a name somebody looks at.
const LONG = "long".repeat(25);
/** Names that are one to some volumes: in case, in normalization, in both. */
const NAMES = [
  ["Extra", "extra"],
  ["caf\u00e9", "cafe\u0301"],
  ["Caf\u00c9", "cafe\u0301"],
  [`${LONG}X`, `${LONG}x`],
  ["caf\u00e9-".repeat(20), "cafe\u0301-".repeat(20)],
] as const;

/** Two paths of up to three components, of which one or two differ. */
const anyTwins = fc
  .record({
    names: fc.constantFrom(...NAMES),
    above: fc.constantFrom("", "Sub/", "a/Deep/"),
    below: fc.constantFrom("", "", "/a", "/b/C"),
    hasOtherDirectory: fc.boolean(),
  })
  .map(({ names: [one, two], above, below, hasOtherDirectory }) => {
    const other = hasOtherDirectory ? above.toLowerCase() : above;
    return [`${above}${one}${below}.json`, `${other}${two}${below}.json`] as const;
  });

export const caseTwins = scenario({
  name: "layout/case_twins",
  covers: ["LAYOUT-CASE-TWINS", "LAYOUT-ROOT-ONLY", "ERROR-KIND"],
  goals: ["distinguished", "refused"],
  given: {
    model: anySmallModel(),
    twins: anyTwins,
    volume: fc.constantFrom("plain" as const, "folding" as const),
    hasRoot: fc.boolean(),
  },
  world: ({ volume }) => ({ volume }),
  async check({ model, twins, volume, hasRoot }, world, verdict) {
    const extra = twins.map((path, at) => ({
      path,
      bytes: new TextEncoder().encode(`{"twin":${at}}`),
      lfs: false,
    }));
    const files = [...model.files, ...extra];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    if (hasRoot) await makeDirectories(world.files, world.root);
    const above = dirname(world.root);
    const names = async () => (await readTree(world.files, above)).map(({ path }) => path).join();
    const before = await names();
    const changes = changesOutside(world);
    const download = () => world.start(changes.start).download({ repository: REPOSITORY });
    if (volume === "plain") {
      await verdict.attempt("LAYOUT-CASE-TWINS", download);
      const wrong = await wrongFiles(world, directory, wantedFiles(files));
      verdict.holds("LAYOUT-CASE-TWINS", wrong.length === 0, wrong.join(", "));
      verdict.reached("distinguished");
      return;
    }
    const failure = await verdict.fails("LAYOUT-CASE-TWINS", download, ["case-conflict"]);
    const { file, actual, expected } = failure;
    const text = [file, actual, expected, asFailure(failure)?.message].join(" ");
    // Of paths that differ in a directory, the directories are the names in conflict.
    const named = twins.every((path, at) => text.includes(firstOddity(path, twins[1 - at] ?? "")));
    verdict.holds("LAYOUT-CASE-TWINS", named, `both names must be named: ${text}`);
    const after = await names();
    verdict.holds("LAYOUT-CASE-TWINS", after === before, () => `there is ${after}`);
    verdict.holds("LAYOUT-ROOT-ONLY", changes.found.length === 0, () => changes.found.join(", "));
    verdict.reached("refused");
  },
});

/** The first component of a path in which it differs from another one. */
function firstOddity(path: string, other: string): string {
  const components = path.split("/");
  const others = other.split("/");
  const at = components.findIndex((component, index) => component !== others[index]);
  return components[at] ?? path;
}
