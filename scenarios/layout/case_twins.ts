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
const TWINS = [
  ["Extra.json", "extra.json"],
  ["caf\u00e9.json", "cafe\u0301.json"],
  ["Sub/a.json", "sub/a.json"],
  ["a/Deep/X.json", "a/Deep/x.json"],
  // Nobody knows how much of a name somebody looks at.
  [`${"long".repeat(25)}X.json`, `${"long".repeat(25)}x.json`],
  [`${"caf\u00e9-".repeat(20)}.json`, `${"cafe\u0301-".repeat(20)}.json`],
] as const;

export const caseTwins = scenario({
  name: "layout/case_twins",
  covers: ["LAYOUT-CASE-TWINS", "LAYOUT-ROOT-ONLY", "ERROR-KIND"],
  goals: ["distinguished", "refused"],
  given: {
    model: anySmallModel(),
    twins: fc.constantFrom(...TWINS),
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
    // Of a path that differs in a directory, the directories are the names in conflict.
    const named = twins.every(
      (path) => text.includes(path) || text.includes(path.split("/")[0] ?? path),
    );
    verdict.holds("LAYOUT-CASE-TWINS", named, `both names must be named: ${text}`);
    const after = await names();
    verdict.holds("LAYOUT-CASE-TWINS", after === before, () => `there is ${after}`);
    verdict.holds("LAYOUT-ROOT-ONLY", changes.found.length === 0, () => changes.found.join(", "));
    verdict.reached("refused");
  },
});
