/**
 * A file of the tokenizer is lost, cut, or something else.
 *
 * Invariants checked:
 * - The check refuses the directory, with the file's path.
 */
import { anyDamagedModel, judgeDamage, scenario } from "../../harness/mod.ts";

export const brokenTokenizer = scenario({
  name: "load/broken_tokenizer",
  covers: ["LOAD-TOKENIZER"],
  given: { damaged: anyDamagedModel("LOAD-TOKENIZER") },
  async check({ damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-TOKENIZER", damaged });
  },
});
