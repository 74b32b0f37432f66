/**
 * The header of a weight file places tensors where they cannot be.
 *
 * Invariants checked:
 * - Overlaps, gaps and extents outside the file are refused, with the file's path.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const lyingExtents = scenario({
  name: "load/lying_extents",
  covers: ["LOAD-EXTENTS"],
  given: { damaged: anyDamagedModel("LOAD-EXTENTS") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-EXTENTS", damaged });
  },
});
