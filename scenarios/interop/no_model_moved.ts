/**
 * Somebody names a directory that holds no model as the one to be moved: photos, notes, another tool's things.
 *
 * Invariants checked:
 * - It is refused, and every file is where it was.
 */
import { join } from "node:path";
import fc from "fast-check";
import { readTree, settled, writeBytes } from "../../harness/internal.ts";
import { filePlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Not-A-Model-4bit";
const THINGS = [
  "IMG_0001.jpg",
  "holiday/IMG_0002.jpg",
  "notes.txt",
  "model.gguf",
  "._config.json",
  "._model.safetensors",
];

export const noModelMoved = scenario({
  name: "interop/no_model_moved",
  covers: ["MIGRATE-MODEL"],
  given: {
    things: fc.subarray(THINGS, { minLength: 1 }),
    isOutside: fc.boolean(),
    layout: fc.constantFrom("hubapi", "lmstudio"),
  },
  async check({ things, isOutside, layout }, world, verdict) {
    const { files: disk, root, outside } = world;
    const from = join(isOutside ? outside : root, "pictures");
    for (const path of things)
      await writeBytes(disk, filePlace(from, path), new TextEncoder().encode(path));
    const names = async () => (await readTree(disk, from)).map(({ path }) => path).join();
    const before = await names();
    const request = { repository: REPOSITORY, from, layout, step: "move" } as const;
    // Whether it says so is a matter of its own; what is moved is what counts.
    await settled<unknown>(() => world.start().migrate(request));
    const after = await names();
    verdict.holds("MIGRATE-MODEL", after === before, `${after} is left of ${before}`);
  },
});
