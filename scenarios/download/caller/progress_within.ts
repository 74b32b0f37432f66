/**
 * Somebody watches the progress of a large file, which comes over one connection or in ranges over several.
 *
 * Invariants checked:
 * - No report is further from the one before it than half of the file.
 */
import fc from "fast-check";
import { needsCapability, paced, patternedBytes } from "../../../harness/internal.ts";
import { anySmallModel, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/ProgressWithin";
const MIB = 1024 * 1024;

export const progressWithin = scenario({
  name: "download/progress_within",
  covers: ["DL-PROGRESS-MOVES"],
  // Small pieces of a large file would take long.
  pieceBytes: [],
  weight: 0.2,
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    // Who reports once for each mebibyte does so within each of them.
    mebibytes: fc.constantFrom(3, 9),
    further: fc.nat(1000),
  },
  world: () => ({ style: { chunkBytes: 65_536 } }),
  async check({ model, mebibytes, further }, world, verdict) {
    needsCapability(world, "progress");
    const large = {
      path: "zz-large.safetensors",
      bytes: patternedBytes(mebibytes * MIB + further),
      lfs: true,
    };
    const sizeBytes = large.bytes.length;
    world.hub.publish(REPOSITORY, [...model.files, large], { tags: ["mlx"] });
    const reported: number[] = [];
    const watched = world.start(paced(world, { pauseMs: 10 }));
    await verdict.attempt("DL-PROGRESS-MOVES", () =>
      watched.download(
        { repository: REPOSITORY, concurrency: 1 },
        { onProgress: ({ bytesDone }) => reported.push(bytesDone) },
      ),
    );
    // Nothing is there before it.
    const steps = [...reported, sizeBytes].map(
      (bytesDone, at) => bytesDone - (reported[at - 1] ?? 0),
    );
    const widest = Math.max(...steps);
    verdict.holds(
      "DL-PROGRESS-MOVES",
      widest <= sizeBytes / 2,
      `it went on by ${widest} bytes at once, within a file of ${sizeBytes}`,
    );
  },
});
