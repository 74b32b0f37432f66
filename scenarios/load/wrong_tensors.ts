/**
 * The weights have a tensor too few or too many, though every file can be read.
 *
 * Invariants checked:
 * - The directory is refused, with the tensor's name.
 * - Of an architecture that is not known, the report says so.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const wrongTensors = scenario({
  name: "load/wrong_tensors",
  covers: ["LOAD-TENSORS"],
  given: { damaged: anyDamagedModel("LOAD-TENSORS") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-TENSORS", damaged });
  },
});
