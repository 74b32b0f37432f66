/**
 * What stands at the start of a weight file is not a header, or one that is too long or names a tensor twice.
 *
 * Invariants checked:
 * - The check refuses the file, with its path.
 * - No more is asked for at once than the longest legal header has.
 */
import {
  anyDamagedModel,
  HEADER_LENGTH_LIMIT_BYTES,
  judgeDamage,
  Observation,
} from "../../harness/internal.ts";
import { scenario } from "../../harness/mod.ts";

export const lyingHeader = scenario({
  name: "load/lying_header",
  pieceBytes: [8192],
  covers: ["LOAD-HEADER"],
  given: { damaged: anyDamagedModel("LOAD-HEADER") },
  async check({ damaged }, world, verdict) {
    const observe = new Observation();
    await judgeDamage(world, verdict, { id: "LOAD-HEADER", damaged, start: { observe } });
    const mostBytes = Math.max(0, ...observe.reads.map(({ sizeBytes }) => sizeBytes));
    verdict.holds(
      "LOAD-HEADER",
      mostBytes <= HEADER_LENGTH_LIMIT_BYTES,
      `it asked for ${mostBytes} bytes at once`,
    );
  },
});
