/**
 * A hostile hub lists a file, and serves it, under a name that leads out of the model's directory or that some disk
 * cannot have.
 *
 * Invariants checked:
 * - The download is refused before any content is asked for, and nothing is written, inside the root or outside.
 */
import { dirname } from "node:path";
import fc from "fast-check";
import { anyUnsafePath, contentExchanges, readTree } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/UnsafeNames";
const RESERVED = [
  "trailing./x.json",
  "trailing /x.json",
  ".cache/x.json",
  ".CACHE/huggingface/download/config.json.metadata.json",
  "..",
  "a/..",
];

export const unsafeNames = scenario({
  name: "layout/unsafe_names",
  covers: ["LAYOUT-UNSAFE", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    path: fc.oneof(
      { arbitrary: anyUnsafePath(), weight: 4 },
      { arbitrary: fc.constantFrom(...RESERVED), weight: 1 },
    ),
    isLarge: fc.boolean(),
    pageSize: fc.constantFrom(1, 3, 1000),
  },
  world: ({ pageSize }) => ({ style: { pageSize } }),
  async check({ model, path, isLarge }, world, verdict) {
    const evil = { path, bytes: new TextEncoder().encode(`{"evil":1}`), lfs: isLarge };
    world.hub.publish(REPOSITORY, [...model.files, evil], { tags: ["mlx"] });
    const above = dirname(dirname(world.root));
    const names = async () =>
      (await readTree(world.files, above))
        // A program's home and its temporary directory are its own.
        .filter((entry) => world.kind !== "process" || !/^(?:home|tmp)\//.test(entry.path))
        .map((entry) => entry.path)
        .join();
    const before = await names();
    // Asking for everything makes every hostile name a wanted one.
    const download = () => world.start().download({ repository: REPOSITORY, include: ["*"] });
    await verdict.fails("LAYOUT-UNSAFE", download, ["unsafe-path"]);
    const requested = contentExchanges(world.hub.log);
    verdict.holds(
      "LAYOUT-UNSAFE",
      requested.length === 0,
      () => `${requested[0]?.path} was asked for`,
    );
    const after = await names();
    verdict.holds("LAYOUT-UNSAFE", after === before, () => `there is ${after}`);
  },
});
