/**
 * Somebody watches the progress of a model of several large files, of which some are there and some are half there.
 *
 * Invariants checked:
 * - The first report counts every byte that is there, of all files, to the last one.
 * - Files and fraction, too, never go backwards, also when a file starts anew; the fraction is that of the bytes.
 */
import fc from "fast-check";
import type { Progress } from "../../../spec/mod.ts";
import { keptBytes, patternedBytes } from "../../../harness/internal.ts";
import { killDownload, modelPlace, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/ProgressOfSeveral";

export const progressOfSeveral = scenario({
  name: "download/progress_of_several",
  covers: ["DL-PROGRESS", "DL-PROGRESS-RESUME"],
  goals: ["several files were half there", "a file was there"],
  given: {
    shards: fc.array(fc.integer({ min: 1500, max: 6000 }), { minLength: 2, maxLength: 4 }),
    killAt: fc.integer({ min: 2, max: 60 }),
    flips: fc.boolean(),
    hasFirst: fc.boolean(),
  },
  world: () => ({ style: { chunkBytes: 300 } }),
  async check({ shards, killAt, flips, hasFirst }, world, verdict) {
    const files = shards.map((sizeBytes, at) => ({
      path: `model-${at}.safetensors`,
      bytes: patternedBytes(sizeBytes, { salt: at }),
      lfs: true,
    }));
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY, include: ["*.safetensors"] };
    const directory = modelPlace(world, REPOSITORY);
    if (hasFirst) {
      await world.start().download({ ...request, include: ["model-0.safetensors"] });
      verdict.reached("a file was there");
    }
    await killDownload(world, request, { at: { at: "chunk", nth: killAt } });
    const kept = await keptBytes(world, directory, files);
    const totalBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (kept > (shards[0] ?? 0) + 300) verdict.reached("several files were half there");
    if (flips)
      world.hub.faults = [
        { match: { kind: "cdn" }, do: { type: "flip", atByte: shards[1] ? 1499 : 0 } },
      ];
    const reports: Progress[] = [];
    await verdict.attempt("DL-PROGRESS", () =>
      world.start().download(request, { onProgress: (report) => reports.push(report) }),
    );
    const [first] = reports;
    // The last byte may be held back until everything is published.
    verdict.holds(
      "DL-PROGRESS-RESUME",
      (first?.bytesDone ?? 0) >= Math.min(kept, totalBytes - 1),
      `${kept} bytes of ${totalBytes} were there, and the first report has ${first?.bytesDone}`,
    );
    // A program need not count files.
    const isUncounted = ({ filesTotal }: Progress) => world.kind === "process" && filesTotal === 0;
    for (const [at, report] of reports.entries()) {
      const before = reports[at - 1] ?? report;
      const isForward =
        report.bytesDone >= before.bytesDone &&
        report.filesDone >= before.filesDone &&
        report.fraction >= before.fraction;
      verdict.holds(
        "DL-PROGRESS",
        isForward,
        () => `${JSON.stringify(report)} came after ${JSON.stringify(before)}`,
      );
      const isRight =
        report.bytesTotal === totalBytes &&
        (report.filesTotal === files.length || isUncounted(report)) &&
        report.filesDone <= files.length &&
        Math.abs(report.fraction - report.bytesDone / totalBytes) < 0.02;
      verdict.holds(
        "DL-PROGRESS",
        isRight,
        () => `${JSON.stringify(report)} of ${totalBytes} bytes`,
      );
    }
  },
});
