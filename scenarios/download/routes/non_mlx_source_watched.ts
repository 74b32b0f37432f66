/**
 * A reader watches disk and progress while a plain file or a repository that is not for MLX is downloaded, over a line
 * that breaks, with wrong bytes, or killed and resumed.
 *
 * Invariants checked:
 * - At its place there is nothing or the whole file, and a marker only beside it.
 * - The total is known from the first report on where the server states it, progress never goes back, and reaches 1 when the file
 *   is there, and no sooner where nothing is known of its length or it has none.
 */
import { join, relative } from "node:path";
import fc from "fast-check";
import { MARKER_NAME, type Progress } from "../../../spec/mod.ts";
import { patternedBytes, readTree, sha256Hex, type TreeEntry } from "../../../harness/internal.ts";
import { ProcessKilled, scenario, type Verdict } from "../../../harness/mod.ts";

const REPOSITORY = "someone/watched-GGUF";
const NAME = "watched.gguf";
const CHUNK_BYTES = 200;

export const nonMlxSourceWatched = scenario({
  name: "download/non_mlx_source_watched",
  covers: ["DL-OTHER-WAY"],
  goals: ["a plain address", "another repository", "a kill"],
  given: {
    sizeBytes: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1000, max: 4000 }) },
      { weight: 1, arbitrary: fc.constant(0) },
    ),
    isPlain: fc.boolean(),
    statesLength: fc.constantFrom(true, true, false),
    event: fc.constantFrom("cut" as const, "kill" as const, "flip" as const),
    atByte: fc.integer({ min: 1, max: 999 }),
    nth: fc.integer({ min: 3, max: 12 }),
  },
  world: ({ statesLength }) => ({
    style: { chunkBytes: CHUNK_BYTES, sendContentLength: statesLength },
  }),
  async check({ sizeBytes, isPlain, statesLength, event, atByte, nth }, world, verdict) {
    const bytes = patternedBytes(sizeBytes);
    const sha256 = sha256Hex(bytes);
    const url = world.hub.serveUrl(`/some/${NAME}`, bytes);
    world.hub.publish(REPOSITORY, [{ path: NAME, bytes, lfs: true }]);
    const views: TreeEntry[][] = [];
    const look = async () => {
      views.push(await readTree(world.files, world.root));
    };
    const reports: Progress[] = [];
    const run = (subject = world.start({ look })) => {
      const options = { onProgress: (report: Progress) => reports.push(report) };
      return isPlain
        ? subject.downloadUrl({ url, sha256 }, options)
        : subject.download({ repository: REPOSITORY }, options);
    };
    const kind = isPlain ? ("url" as const) : ("cdn" as const);
    const match = { kind, method: "GET" as const };
    if (event === "cut") world.hub.faults = [{ match, do: { type: "cut", atByte, how: "rst" } }];
    if (event === "flip") world.hub.faults = [{ match, do: { type: "flip", atByte } }];
    if (event === "kill") {
      const doomed = world.start({ look });
      doomed.killAt({ at: "chunk", nth });
      await run(doomed).catch((error: unknown) => {
        if (!(error instanceof ProcessKilled)) throw error;
        verdict.reached("a kill");
      });
      await doomed.kill();
      reports.length = 0;
    }
    const result = await verdict.attempt("DL-OTHER-WAY", () => run());
    verdict.reached(isPlain ? "a plain address" : "another repository");
    await look();
    judgeViews(views, {
      sha256,
      place: relative(world.root, result.directory),
      // A program need not write a marker.
      isMarkerOptional: world.kind === "process",
      verdict,
    });
    // A listing states every length.
    const isStated = statesLength || !isPlain;
    // A program's fraction may be what it has of what it knows of.
    if (isStated || world.kind !== "process")
      judgeReports(reports, { sizeBytes: isStated ? sizeBytes : undefined, verdict });
  },
});

// Helpers

function judgeViews(
  views: readonly (readonly TreeEntry[])[],
  context: {
    readonly sha256: string;
    readonly place: string;
    readonly isMarkerOptional: boolean;
    readonly verdict: Verdict;
  },
): void {
  const { sha256, place, isMarkerOptional, verdict } = context;
  const marker = join(place, MARKER_NAME);
  for (const view of views) {
    const found = view.find(({ path }) => path === join(place, NAME));
    const isWhole = found === undefined || found.sha256 === sha256;
    verdict.holds("DL-OTHER-WAY", isWhole, "it was seen half-published");
    const hasMarker = view.some(({ path }) => path === marker);
    verdict.holds("DL-OTHER-WAY", !hasMarker || found !== undefined, "its marker came first");
  }
  const isMarked = views.at(-1)?.some(({ path }) => path === marker) === true;
  verdict.holds("DL-OTHER-WAY", isMarked || isMarkerOptional, "there is no marker");
}

function judgeReports(
  reports: readonly Progress[],
  context: { readonly sizeBytes: number | undefined; readonly verdict: Verdict },
): void {
  const { sizeBytes, verdict } = context;
  for (const [at, { bytesTotal, bytesDone, fraction }] of reports.entries()) {
    const before = reports[at - 1]?.bytesDone ?? 0;
    verdict.holds(
      "DL-OTHER-WAY",
      (sizeBytes === undefined || bytesTotal === sizeBytes) && bytesDone >= before,
      `${bytesDone} of ${bytesTotal} after ${before}`,
    );
    const isEnd = at === reports.length - 1;
    verdict.holds("DL-OTHER-WAY", fraction < 1 || isEnd, "1 was not the end");
  }
  verdict.holds("DL-OTHER-WAY", reports.at(-1)?.fraction === 1, "progress did not reach 1");
}
