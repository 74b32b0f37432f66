/**
 * Somebody watches the progress of a download: fresh, resumed, with files that are there, with connections that break; may cancel it at
 * the very report of its end; and watches it again when all is there, with the hub or without it.
 *
 * Invariants checked:
 * - Bytes over all files, the total known from the first report, never backwards, never beyond.
 * - 1 only when everything is published, never before a failure, and on every success; it moves within a large file.
 * - What is there or was kept counts from the first report on.
 */
import fc from "fast-check";
import type { DownloadRequest, Progress } from "../../../spec/mod.ts";
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
  wantedFiles,
  type World,
  wrongFiles,
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
    stopsAtEnd: fc.constantFrom(false, false, false, true),
    /** How it is downloaded once more. */
    again: fc.constantFrom(undefined, "with the hub", "without the network", "refused"),
  },
  world: () => ({ style: { chunkBytes: 500 } }),
  async check({ model, killAt, fault, stopsAtEnd, again }, world, verdict) {
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
      // A program hears of it too late.
      if (stopsAtEnd && world.kind !== "process") stop.abort();
      checks.push(
        exists(world.files, filePlace(directory, "config.json")).then((isThere) => {
          if (!isThere) early.push("it reported 1 before config.json was there");
        }),
      );
    };
    const checks: Promise<void>[] = [];
    const stop = new AbortController();
    if (fault === "lost") {
      const result = await settled(() => world.start().download(request, { onProgress }));
      const isOne = reports.some(({ fraction }) => fraction === 1);
      verdict.holds("DL-PROGRESS-DONE", result !== undefined || !isOne, "it reported 1 and failed");
      if (result === undefined) verdict.reached("it failed");
      return;
    }
    const watched = world.start(paced(world, { pauseMs: 10 }));
    const run = () => watched.download(request, { onProgress, signal: stop.signal });
    const result = stopsAtEnd ? await settled(run) : await verdict.attempt("DL-PROGRESS", run);
    await Promise.all(checks);
    if (result === undefined && stop.signal.aborted)
      await judgeStopped(world, { directory, files, verdict });
    if (result === undefined) return;
    if (fault === "flip") verdict.reached("a file started anew");
    const taken = takenFiles(world.hub.log, files);
    judgeReports(reports, taken, verdict);
    verdict.holds("DL-PROGRESS-DONE", early.length === 0, early.join(", "));
    verdict.holds("DL-PROGRESS-DONE", reports.at(-1)?.fraction === 1, "the last report is not 1");
    judgeMoves(reports, world, verdict);
    const first = reports[0]?.bytesDone ?? 0;
    // The bytes of the marker's and the plan's kind are state and not content; half of what was kept is well beyond them.
    verdict.holds(
      "DL-PROGRESS-RESUME",
      keptBytes === 0 || first >= keptBytes / 2,
      `${keptBytes} bytes were kept, and the first report has ${first}`,
    );
    if (keptBytes > 0 && first >= keptBytes / 2) verdict.reached("kept bytes counted at once");
    if (again !== undefined) await judgeAgain(world, { again, request, taken, verdict });
  },
});

// Helpers

/** Cancelled at its report of the end: what it says of a cancel that came so late is its own affair, but the files are there. */
async function judgeStopped(
  world: World,
  context: {
    readonly directory: string;
    readonly files: readonly ModelFile[];
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { directory, files, verdict } = context;
  const gone = await wrongFiles(world, directory, wantedFiles(takenFiles(world.hub.log, files)));
  const isThere = gone.length === 0;
  verdict.holds("DL-PROGRESS-DONE", isThere, () => `it reported 1, and then: ${gone.join(", ")}`);
}

/** Downloads what is all there once more. Who needs the hub for it may fail. */
async function judgeAgain(
  world: World,
  context: {
    readonly again: string;
    readonly request: DownloadRequest;
    readonly taken: readonly ModelFile[];
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { again, request, taken, verdict } = context;
  const refusal = { type: "status", status: 404 } as const;
  world.hub.faults =
    again === "refused" ? [{ match: { kind: "info", nth: "all" }, do: refusal }] : [];
  const asked = again === "without the network" ? { ...request, offline: true } : request;
  const reports: Progress[] = [];
  const onProgress = (report: Progress) => reports.push(report);
  const result = await settled(() => world.start().download(asked, { onProgress }));
  // A program need not report where nothing is to be done.
  if (result === undefined || (world.kind === "process" && reports.length === 0)) return;
  const isDone = reports.at(-1)?.fraction === 1;
  verdict.holds("DL-PROGRESS-DONE", isDone, `${again}, once more: the last report is not 1`);
  judgeReports(reports, taken, verdict);
}

function judgeMoves(reports: readonly Progress[], { kind }: World, verdict: Verdict): void {
  const steps = reports
    .slice(1)
    .map(({ bytesDone }, at) => bytesDone - (reports[at]?.bytesDone ?? 0));
  const widest = Math.max(...steps);
  // A program that reports once for each mebibyte owes no report of this file.
  verdict.holds(
    "DL-PROGRESS-MOVES",
    widest <= LARGE_BYTES / 2 || kind === "process",
    `it went on by ${widest} bytes at once, within a file of ${LARGE_BYTES}`,
  );
}

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
