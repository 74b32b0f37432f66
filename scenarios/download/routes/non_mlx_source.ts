/**
 * A plain address, or a repository that is not for MLX, is downloaded: whole, killed half-way, changed meanwhile, or wrong.
 *
 * Invariants checked:
 * - What succeeds has the bytes that the server or the caller vouches for; what differs is refused.
 * - It resumes only the same content, shows whole files only, reports progress, and has a marker at the end.
 */
import { basename, join } from "node:path";
import fc from "fast-check";
import { type DownloadResult, MARKER_NAME, type Progress } from "../../../spec/mod.ts";
import { exists, ownLayout, readBytes, readText, sha256Hex } from "../../../harness/internal.ts";
import {
  NotApplicable,
  ProcessKilled,
  scenario,
  type Verdict,
  type World,
} from "../../../harness/mod.ts";

const REPOSITORY = "someone/model-GGUF";
const NAME = "model one.gguf";

export const nonMlxSource = scenario({
  name: "download/non_mlx_source",
  covers: ["DL-OTHER-WAY", "ERROR-KIND"],
  goals: ["a plain address", "another repository", "a kill", "a change", "a wrong hash"],
  given: {
    sizeBytes: fc.integer({ min: 1, max: 4000 }),
    isPlain: fc.constantFrom(true, true, false),
    event: fc.constantFrom(
      "none" as const,
      "kill" as const,
      "change" as const,
      "change" as const,
      "change" as const,
      "wrong" as const,
      "wrong" as const,
      "cut" as const,
    ),
    nth: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 30 })),
    acceptRanges: fc.constantFrom(true, true, true, false),
    /** By what the server of a plain address shows that its content is another one. */
    shownBy: fc.constantFrom(
      "tag",
      "weak tag",
      "date",
      "date",
      "date",
      "nothing",
      "nothing",
      "nothing",
    ),
    statesLength: fc.constantFrom(true, true, true, false),
  },
  world: ({ statesLength }) => ({ style: { chunkBytes: 128, sendContentLength: statesLength } }),
  async check({ sizeBytes, isPlain, event, nth, acceptRanges, shownBy }, world, verdict) {
    if (!isPlain && ownLayout(world) !== "hubapi")
      throw new NotApplicable("only beside MLX's layout is there a place for what is no model");
    const { hub } = world;
    const content = (salt: number) =>
      Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 13 + salt) & 255);
    let bytes = content(1);
    let url = "";
    const publish = () => {
      const tag = `W/"${sha256Hex(bytes)}"`;
      const headers = { "Last-Modified": new Date(Date.UTC(2026, 0, bytes.at(0))).toUTCString() };
      const shown = {
        tag: {},
        "weak tag": { etag: tag },
        date: { etag: "", headers },
        // Then nobody can know that it is the same content.
        nothing: { etag: "" },
      }[shownBy];
      if (isPlain) url = hub.serveUrl(`/files/${NAME}`, bytes, { acceptRanges, ...shown });
      else hub.publish(REPOSITORY, [{ path: NAME, bytes, lfs: true }]);
    };
    publish();
    const reports: Progress[] = [];
    const onProgress = (report: Progress) => reports.push(report);
    const sha256 = () => (event === "wrong" ? sha256Hex(content(9)) : sha256Hex(bytes));
    const run = (process = world.start()) =>
      isPlain
        ? process.downloadUrl(
            { url, ...(event === "change" ? {} : { sha256: sha256() }) },
            { onProgress },
          )
        : process.download({ repository: REPOSITORY }, { onProgress });
    if (event === "kill" || event === "change") {
      const doomed = world.start();
      doomed.killAt({ at: "chunk", nth });
      await run(doomed).catch((error: unknown) => {
        if (!(error instanceof ProcessKilled)) throw error;
        verdict.reached("a kill");
      });
      await doomed.kill();
      if (event === "change") {
        bytes = content(2);
        publish();
        verdict.reached("a change");
      }
    }
    const kind = isPlain ? ("url" as const) : ("cdn" as const);
    if (event === "cut")
      hub.faults = [
        { match: { kind, method: "GET", nth: 1 }, do: { type: "cut", atByte: 0, how: "rst" } },
      ];
    if (event === "wrong" && !isPlain)
      hub.faults = [{ match: { kind, nth: "all" }, do: { type: "flip", atByte: 0 } }];
    reports.length = 0;
    verdict.reached(isPlain ? "a plain address" : "another repository");
    if (event === "wrong") {
      await verdict.fails("DL-OTHER-WAY", () => run(), ["integrity"]);
      verdict.reached("a wrong hash");
      return;
    }
    const result = await verdict.attempt("DL-OTHER-WAY", () => run());
    await judgePlaced(result, { world, verdict, bytes });
    verdict.holds("DL-OTHER-WAY", reports.at(-1)?.fraction === 1, "progress did not reach 1");
  },
});

// Helpers

async function judgePlaced(
  result: DownloadResult,
  context: { readonly world: World; readonly verdict: Verdict; readonly bytes: Uint8Array },
): Promise<void> {
  const { world, verdict, bytes } = context;
  // A program need not say which files there are.
  const path = result.files[0]?.path ?? (world.kind === "process" ? NAME : "");
  const place = join(result.directory, path);
  const isThere = basename(place) === NAME && (await exists(world.files, place));
  verdict.holds("DL-OTHER-WAY", isThere, `${place} is not there`);
  const found = await readBytes(world.files, place);
  verdict.holds("DL-OTHER-WAY", Buffer.from(found).equals(bytes), "it has other bytes");
  const isInside = result.directory.startsWith(world.root);
  verdict.holds("DL-OTHER-WAY", isInside, `${result.directory} is outside the root`);
  const marker = await readText(world.files, join(result.directory, MARKER_NAME));
  // Nor need it write a marker; one that is there names the file.
  if (marker === undefined && world.kind === "process") return;
  const isNamed = marker?.includes(NAME) === true;
  verdict.holds("DL-OTHER-WAY", isNamed, "there is no marker that names it");
}
