/**
 * A weight file of several is lost, or all of them.
 *
 * Invariants checked:
 * - The check refuses the directory, with the lost file's name as path, whether a marker, the index or the numbering tells of it.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const missingShard = scenario({
  name: "load/missing_shard",
  covers: ["LOAD-SHARD"],
  given: { damaged: anyDamagedModel("LOAD-SHARD") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-SHARD", damaged });
  },
});
