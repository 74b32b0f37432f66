/**
 * `config.json` is lost, cut, of another kind, or does not say what it must.
 *
 * Invariants checked:
 * - The check refuses the directory and names the file, downloaded or not.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const brokenConfig = scenario({
  name: "load/broken_config",
  covers: ["LOAD-CONFIG"],
  given: { damaged: anyDamagedModel("LOAD-CONFIG") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-CONFIG", damaged });
  },
});
