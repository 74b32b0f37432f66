/**
 * The root moves, as an iOS container does on every update and an external disk does on every mount.
 *
 * Invariants checked:
 * - No file that was written names the root.
 * - At the new place the model is complete, and downloading it again transfers nothing.
 */
import { dirname, join } from "node:path";
import { anyRepository, contentBytes, readBytes, readTree } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

export const movedRoot = scenario({
  name: "layout/moved_root",
  pieceBytes: [8192],
  covers: ["LAYOUT-RELATIVE"],
  given: { model: anyModel(), repository: anyRepository() },
  async check({ model, repository }, world, verdict) {
    world.hub.publish(repository, model.files, { tags: ["mlx"] });
    await verdict.attempt("LAYOUT-RELATIVE", () => world.start().download({ repository }));
    for (const { kind, path, linkTarget } of await readTree(world.files, world.root)) {
      const text =
        kind === "file"
          ? Buffer.from(await readBytes(world.files, join(world.root, path))).toString("latin1")
          : (linkTarget ?? "");
      verdict.holds("LAYOUT-RELATIVE", !text.includes(world.root), `${path} names the root`);
    }
    const root = join(dirname(world.root), "Moved Models");
    await world.files.rename(world.root, root);
    world.hub.clearLog();
    const subject = world.start({ root });
    const status = await subject.status({ repository });
    verdict.holds("LAYOUT-RELATIVE", status.state === "complete", `status answers ${status.state}`);
    await verdict.attempt("LAYOUT-RELATIVE", () => subject.download({ repository }));
    verdict.holds(
      "LAYOUT-RELATIVE",
      contentBytes(world.hub.log) === 0,
      "files were transferred again",
    );
  },
});
