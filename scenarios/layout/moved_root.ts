/**
 * The root moves, as an iOS container does on every update and an external disk does on every mount. Before that its model was
 * downloaded to where it is, or moved there.
 *
 * Invariants checked:
 * - No file that was written names the root.
 * - At the new place the model is complete, and downloading it again transfers nothing; what was moved can be moved back.
 */
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import {
  anyRepository,
  contentBytes,
  exists,
  readBytes,
  readTree,
} from "../../harness/internal.ts";
import { anyModel, modelPlace, scenario } from "../../harness/mod.ts";

export const movedRoot = scenario({
  name: "layout/moved_root",
  pieceBytes: [8192],
  covers: ["LAYOUT-RELATIVE"],
  given: { model: anyModel(), repository: anyRepository(), isMigrated: fc.boolean() },
  goals: ["downloaded", "migrated"],
  async check({ model, repository, isMigrated: drawn }, world, verdict) {
    // A program need not migrate.
    const isMigrated = drawn && world.kind !== "process";
    const layout = "lmstudio";
    world.hub.publish(repository, model.files, { tags: ["mlx"] });
    const first = world.start();
    await verdict.attempt("LAYOUT-RELATIVE", () =>
      first.download({ repository, ...(isMigrated && { layout }) }),
    );
    if (isMigrated)
      await verdict.attempt("LAYOUT-RELATIVE", () => first.migrate({ repository, step: "move" }));
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
    verdict.reached(isMigrated ? "migrated" : "downloaded");
    if (!isMigrated) return;
    await verdict.attempt("LAYOUT-RELATIVE", () => subject.migrate({ repository, step: "undo" }));
    const back = join(root, relative(world.root, modelPlace(world, repository, { layout })));
    const isBack = await exists(world.files, join(back, "config.json"));
    verdict.holds("LAYOUT-RELATIVE", isBack, `what was moved did not go back to ${back}`);
  },
});
