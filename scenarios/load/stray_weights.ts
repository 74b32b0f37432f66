/**
 * A weight file too many lies beside the model's own.
 *
 * Invariants checked:
 * - The check refuses the directory, with the path of the file that does not belong.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const strayWeights = scenario({
  name: "load/stray_weights",
  covers: ["LOAD-STRAY"],
  given: { damaged: anyDamagedModel("LOAD-STRAY") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-STRAY", damaged });
  },
});
