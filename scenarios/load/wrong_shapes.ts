/**
 * Weights and configuration disagree about a dtype, a shape or the quantization.
 *
 * Invariants checked:
 * - The directory is refused, with the tensor's name where a tensor was changed.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const wrongShapes = scenario({
  name: "load/wrong_shapes",
  covers: ["LOAD-SHAPES"],
  given: { damaged: anyDamagedModel("LOAD-SHAPES") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-SHAPES", damaged });
  },
});
