/**
 * Two repositories have ids that differ in case only, on a volume that folds case or on one that does not.
 *
 * Invariants checked:
 * - Each is whole in its own directory, or the second is refused and the first is as it was.
 */
import fc from "fast-check";
import { readTree } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const IDS = [
  ["mlx-community/Model-4bit", "mlx-community/model-4bit"],
  ["mlx-community/Model-4bit", "MLX-Community/Model-4bit"],
] as const;

export const caseOfIds = scenario({
  name: "layout/case_of_ids",
  covers: ["LAYOUT-CASE-ID", "ERROR-KIND"],
  goals: ["both on one volume", "one refused"],
  given: {
    ids: fc.constantFrom(...IDS),
    one: anySmallModel(),
    two: anySmallModel(),
    volume: fc.constantFrom("plain" as const, "folding" as const),
  },
  world: ({ volume }) => ({ volume }),
  async check({ ids, one, two, volume }, world, verdict) {
    const [first, second] = ids;
    world.hub.publish(first, one.files, { tags: ["mlx"] });
    world.hub.publish(second, two.files, { tags: ["mlx"] });
    const subject = world.start();
    await verdict.attempt("LAYOUT-CASE-ID", () => subject.download({ repository: first }));
    const before = JSON.stringify(await readTree(world.files, modelPlace(world, first)));
    const download = () => subject.download({ repository: second });
    if (volume === "folding") {
      await verdict.fails("LAYOUT-CASE-ID", download, ["case-conflict"]);
      verdict.reached("one refused");
    } else {
      await verdict.attempt("LAYOUT-CASE-ID", download);
      const wrong = await wrongFiles(world, modelPlace(world, second), wantedFiles(two.files));
      verdict.holds("LAYOUT-CASE-ID", wrong.length === 0, wrong.join(", "));
      verdict.reached("both on one volume");
    }
    const after = JSON.stringify(await readTree(world.files, modelPlace(world, first)));
    verdict.holds("LAYOUT-CASE-ID", after === before, `${first} was changed`);
  },
});
