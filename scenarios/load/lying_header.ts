/**
 * What stands at the start of a weight file is no header, or one that is too long or names a tensor twice.
 *
 * Invariants checked:
 * - The check refuses the file, with its path.
 * - No more is asked for at once than the longest legal header has.
 */
import {
  anyDamagedModel,
  HEADER_LENGTH_LIMIT_BYTES,
  judgeDamage,
  scenario,
  wrapFiles,
} from "../../harness/mod.ts";

export const lyingHeader = scenario({
  name: "load/lying_header",
  covers: ["LOAD-HEADER"],
  given: { damaged: anyDamagedModel("LOAD-HEADER") },
  async check({ damaged }, world, verdict) {
    let mostBytes = 0;
    await judgeDamage(world, verdict, {
      id: "LOAD-HEADER",
      damaged,
      start: {
        files: (files) =>
          wrapFiles(files, (call, next) => {
            if (call.operation === "read") mostBytes = Math.max(mostBytes, call.sizeBytes ?? 0);
            return next();
          }),
      },
    });
    verdict.holds(
      "LOAD-HEADER",
      mostBytes <= HEADER_LENGTH_LIMIT_BYTES,
      `it asked for ${mostBytes} bytes at once`,
    );
  },
});
