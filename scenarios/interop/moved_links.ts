/**
 * One file of a directory is a link to a file of another model below the root, as users make them who keep one copy of large weights.
 * The directory is moved to where MLX looks, on any volume, and taken back.
 *
 * Invariants checked:
 * - The other model keeps its names and its bytes, whether the move is done or refused.
 * - Where it was done every file is read in the new place, and taken back in the old one.
 */
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { contentView, isRefused, STORE_VOLUMES, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Linked-4bit";
const OTHER = "mlx-community/Other-4bit";
const FLAT = "mlx-community--Linked-4bit";

export const movedLinks = scenario({
  name: "interop/moved_links",
  covers: ["LAYOUT-PLANTED", "MIGRATE-SAFE"],
  goals: ["it was moved", "it was taken back"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    which: fc.nat(20),
    isAbsolute: fc.boolean(),
    volume: fc.constantFrom(
      "with links",
      "without links",
      "without links",
      "without links, as Apple says it",
      "with clones alone",
      "another volume",
    ),
    isUndone: fc.boolean(),
  },
  async check({ model, which, isAbsolute, volume, isUndone }, world, verdict) {
    const { files: disk, root } = world;
    const from = join(root, FLAT);
    const to = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    const other = modelPlace(world, OTHER, { layout: "hubapi" });
    const linked = model.files[which % model.files.length];
    for (const file of model.files) {
      await writeBytes(disk, filePlace(other, file.path), file.bytes);
      if (file !== linked) await writeBytes(disk, filePlace(from, file.path), file.bytes);
    }
    if (linked === undefined) return;
    const [link, data] = [filePlace(from, linked.path), filePlace(other, linked.path)];
    // Makes the directory of the link, too.
    await writeBytes(disk, link, new Uint8Array());
    await disk.unlink(link);
    await disk.symlink(isAbsolute ? data : relative(dirname(link), data), link);
    const before = (await contentView(disk, other)).join("\n");
    const start = () => world.start(STORE_VOLUMES[volume](from));
    for (const step of isUndone ? (["move", "undo"] as const) : (["move"] as const)) {
      const isDone = !(await isRefused(() => start().migrate({ repository: REPOSITORY, step })));
      const after = (await contentView(disk, other)).join("\n");
      const isKept = after === before;
      verdict.holds("LAYOUT-PLANTED", isKept, () => `${step}: there was ${before}, is ${after}`);
      if (!isDone) return;
      const place = step === "move" ? to : from;
      const wrong = await wrongFiles(world, place, model.files);
      verdict.holds("MIGRATE-SAFE", wrong.length === 0, () => `${step}: ${wrong.join(", ")}`);
      verdict.reached(step === "move" ? "it was moved" : "it was taken back");
    }
  },
});
