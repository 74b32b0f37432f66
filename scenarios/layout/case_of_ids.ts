/**
 * Two repositories have ids that differ in case only, on a volume that folds case or on one that does not, or in a cache on it. Perhaps the
 * second one is removed after that.
 *
 * Invariants checked:
 * - Each is whole in its own directory, or the second is refused and the first is as it was.
 * - A removal of the second touches nothing of the first.
 */
import fc from "fast-check";
import { needsLayout, readTree, settled } from "../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const IDS = [
  ["mlx-community/Model-4bit", "mlx-community/model-4bit"],
  ["mlx-community/Model-4bit", "MLX-Community/Model-4bit"],
] as const;

export const caseOfIds = scenario({
  name: "layout/case_of_ids",
  covers: ["LAYOUT-CASE-ID", "REMOVE-NEIGHBOURS", "ERROR-KIND"],
  goals: ["both on one volume", "one refused", "one removed"],
  given: {
    ids: fc.constantFrom(...IDS),
    one: anySmallModel(),
    two: anySmallModel(),
    volume: fc.constantFrom("plain" as const, "folding" as const),
    layout: fc.constantFrom("hubapi" as const, "hf-cache" as const),
    isRemoved: fc.boolean(),
  },
  world: ({ volume }) => ({ volume }),
  async check({ ids, one, two, volume, layout: drawn, isRemoved }, world, verdict) {
    const [first, second] = ids;
    // How a program reaches the hub's cache is its own affair.
    const layout = world.kind === "process" ? "hubapi" : drawn;
    if (layout !== "hubapi") needsLayout(world, layout);
    world.hub.publish(first, one.files, { tags: ["mlx"] });
    world.hub.publish(second, two.files, { tags: ["mlx"] });
    const subject = world.start();
    const { directory } = await verdict.attempt("LAYOUT-CASE-ID", () =>
      subject.download({ repository: first, layout }),
    );
    const tree = async () => JSON.stringify(await readTree(world.files, directory));
    const before = await tree();
    const download = () => subject.download({ repository: second, layout });
    if (volume === "folding") {
      await verdict.fails("LAYOUT-CASE-ID", download, ["case-conflict"]);
      verdict.reached("one refused");
    } else {
      const { directory: other } = await verdict.attempt("LAYOUT-CASE-ID", download);
      const wrong = await wrongFiles(world, other, wantedFiles(two.files));
      verdict.holds("LAYOUT-CASE-ID", wrong.length === 0, wrong.join(", "));
      verdict.reached("both on one volume");
    }
    verdict.holds("LAYOUT-CASE-ID", (await tree()) === before, `${first} was changed`);
    if (!isRemoved) return;
    // Whether it is refused or finds nothing to remove is left open.
    await settled<unknown>(() => world.start().remove({ repository: second, layout }));
    const wrong = await wrongFiles(world, directory, wantedFiles(one.files));
    verdict.holds("REMOVE-NEIGHBOURS", wrong.length === 0, () => `${first}: ${wrong.join(", ")}`);
    verdict.holds("REMOVE-NEIGHBOURS", (await tree()) === before, `${first} was changed`);
    verdict.reached("one removed");
  },
});
