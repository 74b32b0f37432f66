/**
 * A line breaks many times within one file, and brings some of it before it does.
 *
 * Invariants checked:
 * - The file arrives: each new byte is progress, and failures are counted from there.
 */
import fc from "fast-check";
import { needsPatience, patternedBytes } from "../../../harness/internal.ts";
import { modelPlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Breaking-4bit";
/** The most that one connection brings. */
const PART_BYTES = 100;
/** What all pauses take together, each of them a first one, in milliseconds. */
const PAUSES_MS = 30_000;

export const breakingLine = scenario({
  name: "download/breaking_line",
  covers: ["DL-RETRY-ANEW"],
  weight: 0.3,
  pieceBytes: [],
  given: {
    breaks: fc.integer({ min: 8, max: 12 }),
    how: fc.constantFrom("rst" as const, "fin" as const),
  },
  goals: ["it finished though the line broke on"],
  async check({ breaks, how }, world, verdict) {
    needsPatience(world, PAUSES_MS);
    const bytes = patternedBytes((breaks + 1) * PART_BYTES);
    const weights = { path: "model.safetensors", bytes, lfs: true };
    world.hub.publish(REPOSITORY, [weights], { tags: ["mlx"] });
    world.hub.faults = [
      {
        match: { kind: "cdn", method: "GET", nth: "all" },
        do: { type: "cut", atByte: PART_BYTES, how },
      },
    ];
    const request = { repository: REPOSITORY, include: ["*.safetensors"] };
    await verdict.attempt("DL-RETRY-ANEW", () => world.start().download(request));
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), [weights]);
    verdict.holds("DL-RETRY-ANEW", wrong.length === 0, wrong.join(", "));
    verdict.reached("it finished though the line broke on");
  },
});
