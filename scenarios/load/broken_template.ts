/**
 * The chat template is there and cannot be rendered.
 *
 * Invariants checked:
 * - The check refuses the directory, with the path of the file that the template is in.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const brokenTemplate = scenario({
  name: "load/broken_template",
  covers: ["LOAD-TEMPLATE"],
  given: { damaged: anyDamagedModel("LOAD-TEMPLATE") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-TEMPLATE", damaged });
  },
});
