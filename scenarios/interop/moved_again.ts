/**
 * A model is moved to where MLX looks, on a volume with hard links or without, removed there, and comes to its old place again in
 * another version, which is moved too.
 *
 * Invariants checked:
 * - The second plan names the files of the second version, and each of them moves.
 * - Taken back, all of them are in the old place again.
 */
import { join } from "node:path";
import fc from "fast-check";
import { exists, STORE_VOLUMES, writeBytes } from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  modelPlace,
  scenario,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Again-4bit";
const FLAT = "mlx-community--Again-4bit";

export const movedAgain = scenario({
  name: "interop/moved_again",
  covers: ["MIGRATE-PLAN", "MIGRATE-SAFE"],
  goals: ["it was moved twice", "it was taken back"],
  given: {
    model: anySmallModel({ weightBytesMax: 80 }),
    more: fc.subarray(["notes.json", "model-extra.safetensors", "1_Pooling/config.json"]),
    volume: fc.constantFrom(
      "with links",
      "without links",
      "without links, as FUSE says it",
      "without links, as Apple says it",
      "with no more links",
      "another volume",
    ),
    isUndone: fc.boolean(),
  },
  async check({ model, more, volume, isUndone }, world, verdict) {
    const from = join(world.root, FLAT);
    const to = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    const request = { repository: REPOSITORY, layout: "hubapi" } as const;
    const subject = world.start(STORE_VOLUMES[volume](from));
    const extra = more.map((path) => ({ path, bytes: Buffer.from("{}"), lfs: false }));
    for (const files of [model.files, [...model.files, ...extra]]) {
      await putIn(world, from, files);
      const plan = await verdict.attempt("MIGRATE-PLAN", () =>
        subject.migrate({ ...request, step: "plan" }),
      );
      const expected = files.map(({ path }) => path).toSorted();
      verdict.holds(
        "MIGRATE-PLAN",
        plan.files.toSorted().join() === expected.join(),
        () => `it would move ${plan.files.join(", ")}`,
      );
      await verdict.attempt("MIGRATE-PLAN", () => subject.migrate({ ...request, step: "move" }));
      const wrong = await wrongFiles(world, to, files);
      verdict.holds("MIGRATE-PLAN", wrong.length === 0, () => `moved: ${wrong.join(", ")}`);
      verdict.holds("MIGRATE-PLAN", !(await exists(world.files, from)), "something stayed behind");
      if (files === model.files) await subject.remove(request);
    }
    verdict.reached("it was moved twice");
    if (!isUndone) return;
    await verdict.attempt("MIGRATE-SAFE", () => subject.migrate({ ...request, step: "undo" }));
    const wrong = await wrongFiles(world, from, [...model.files, ...extra]);
    verdict.holds("MIGRATE-SAFE", wrong.length === 0, () => `taken back: ${wrong.join(", ")}`);
    verdict.reached("it was taken back");
  },
});

// Helpers

async function putIn(
  { files: disk }: World,
  directory: string,
  files: readonly ModelFile[],
): Promise<void> {
  for (const { path, bytes } of files) await writeBytes(disk, join(directory, path), bytes);
}
