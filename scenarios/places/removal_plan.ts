/**
 * Somebody asks what a removal would take away, of a model some of whose data has another name elsewhere, and then removes it.
 *
 * Invariants checked:
 * - The plan changes nothing, and names the bytes that the removal then frees.
 */
import { join } from "node:path";
import fc from "fast-check";
import { readTree } from "../../harness/internal.ts";
import { filePlace, scenario, tinyLlama } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Planned-4bit";
/** Markers, listings and metadata of a small model; its weights are larger. */
const STATE_BYTES_MAX = 8192;

export const removalPlan = scenario({
  name: "places/removal_plan",
  covers: ["REMOVE-PLAN"],
  goals: ["shared data"],
  given: {
    model: fc.constant(tinyLlama({ seed: 3 })),
    layout: fc.constantFrom("hubapi", "lmstudio", "hf-cache"),
    isShared: fc.boolean(),
  },
  async check({ model, layout, isShared }, world, verdict) {
    const { files: disk, root, outside } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY, layout } as const;
    const subject = world.start();
    if (subject.planRemoval === undefined) {
      verdict.skip("REMOVE-PLAN", "it plans no removals");
      return;
    }
    const { directory } = await subject.download(request);
    const weights = model.files.find(
      ({ path, bytes }) => path.endsWith(".safetensors") && bytes.length > 0,
    );
    if (isShared && weights !== undefined) {
      const data = await disk.realpath(filePlace(directory, weights.path));
      await disk.link(data, join(outside, "kept.safetensors"));
      verdict.reached("shared data");
    }
    const tree = async () => JSON.stringify(await readTree(disk, root));
    const before = await tree();
    const plan = await verdict.attempt("REMOVE-PLAN", async () => subject.planRemoval?.(request));
    verdict.holds("REMOVE-PLAN", (await tree()) === before, "the plan changed something");
    const { bytesFreed } = await subject.remove(request);
    // Listings and states of downloaders may be counted or not: the data of the files decides.
    const difference = Math.abs((plan?.bytesFreed ?? Number.NaN) - bytesFreed);
    verdict.holds(
      "REMOVE-PLAN",
      difference < STATE_BYTES_MAX,
      `the plan says ${plan?.bytesFreed} bytes, and ${bytesFreed} came free`,
    );
  },
});
