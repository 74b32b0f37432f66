/**
 * Somebody watches the progress of a download: fresh, resumed, with files that are there, with connections that break.
 *
 * Invariants checked:
 * - Bytes over all files, the total known from the first report, never backwards, never beyond.
 * - 1 only when everything is published, and on every success; it moves within a large file.
 * - What is there or was kept counts from the first report on.
 */
import fc from "fast-check";
import type { Progress } from "../../../spec/mod.ts";
import {
  exists,
  keptParts,
  needsCapability,
  paced,
  settled,
  takenFiles,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  killDownload,
  type ModelFile,
  modelPlace,
  scenario,
  type Verdict,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Progress";
const LARGE_BYTES = 20_000;

export const progress = scenario({
  name: "download/progress",
  covers: ["DL-PROGRESS", "DL-PROGRESS-DONE", "DL-PROGRESS-MOVES", "DL-PROGRESS-RESUME"],
  goals: ["kept bytes counted at once", "a file started anew", "it failed"],
  given: {
    model: anySmallModel(),
    killAt: fc.option(fc.integer({ min: 8, max: 25 }), { nil: undefined }),
    fault: fc.constantFrom("none" as const, "cut" as const, "flip" as const, "lost" as const),
  },
  world: () => ({ style: { chunkBytes: 500 } }),
  async check({ model, killAt, fault }, world, verdict) {
    needsCapability(world, "progress");
    const large = {
      path: "zz-large.safetensors",
      bytes: new Uint8Array(LARGE_BYTES).map((_, at) => at & 255),
      lfs: true,
    };
    const files = [...model.files, large];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY, concurrency: 1 };
    if (killAt !== undefined)
      await killDownload(world, request, { at: { at: "chunk", nth: killAt } });
    const directory = modelPlace(world, REPOSITORY);
    const kept = await keptParts(world, directory, files);
    const keptBytes = [...kept.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const match = { kind: "cdn" as const, nth: 1 };
    if (fault === "cut")
      world.hub.faults = [{ match, do: { type: "cut", atByte: 300, how: "rst" } }];
    if (fault === "flip") world.hub.faults = [{ match, do: { type: "flip", atByte: 10 } }];
    if (fault === "lost")
      world.hub.faults = [{ match: { kind: "resolve", nth: "all" }, do: { type: "refuse" } }];
    const reports: Progress[] = [];
    const early: string[] = [];
    const onProgress = (report: Progress) => {
      reports.push(report);
      if (report.fraction < 1) return;
      checks.push(
        exists(world.files, filePlace(directory, "config.json")).then((isThere) => {
          if (!isThere) early.push("it reported 1 before config.json was there");
        }),
      );
    };
    const checks: Promise<void>[] = [];
    if (fault === "lost") {
      const result = await settled(() => world.start().download(request, { onProgress }));
      const isOne = reports.some(({ fraction }) => fraction === 1);
      verdict.holds("DL-PROGRESS-DONE", result !== undefined || !isOne, "it reported 1 and failed");
      if (result === undefined) verdict.reached("it failed");
      return;
    }
    const watched = world.start(paced(world, { pauseMs: 10 }));
    await verdict.attempt("DL-PROGRESS", () => watched.download(request, { onProgress }));
    await Promise.all(checks);
    if (fault === "flip") verdict.reached("a file started anew");
    judgeReports(reports, takenFiles(world.hub.log, files), verdict);
    verdict.holds("DL-PROGRESS-DONE", early.length === 0, early.join(", "));
    verdict.holds("DL-PROGRESS-DONE", reports.at(-1)?.fraction === 1, "the last report is not 1");
    const steps = reports
      .slice(1)
      .map(({ bytesDone }, at) => bytesDone - (reports[at]?.bytesDone ?? 0));
    const widest = Math.max(...steps);
    // A program that reports once for each mebibyte owes no report of this file.
    verdict.holds(
      "DL-PROGRESS-MOVES",
      widest <= LARGE_BYTES / 2 || world.kind === "process",
      `it went on by ${widest} bytes at once, within a file of ${LARGE_BYTES}`,
    );
    const first = reports[0]?.bytesDone ?? 0;
    // The bytes of the marker's and the plan's kind are state and not content; half of what was kept is well beyond them.
    verdict.holds(
      "DL-PROGRESS-RESUME",
      keptBytes === 0 || first >= keptBytes / 2,
      `${keptBytes} bytes were kept, and the first report has ${first}`,
    );
    if (keptBytes > 0 && first >= keptBytes / 2) verdict.reached("kept bytes counted at once");
  },
});

// Helpers

function judgeReports(
  reports: readonly Progress[],
  files: readonly ModelFile[],
  verdict: Verdict,
): void {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let before = 0;
  for (const { bytesDone, bytesTotal, fraction } of reports) {
    verdict.holds(
      "DL-PROGRESS",
      bytesTotal === totalBytes,
      `the total is ${bytesTotal} and not ${totalBytes}`,
    );
    verdict.holds(
      "DL-PROGRESS",
      bytesDone >= before && bytesDone <= totalBytes,
      `from ${before} to ${bytesDone} of ${totalBytes}`,
    );
    verdict.holds("DL-PROGRESS", fraction >= 0 && fraction <= 1, `the fraction is ${fraction}`);
    before = bytesDone;
  }
}
