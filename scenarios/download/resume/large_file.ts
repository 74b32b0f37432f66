/**
 * Weights of many megabytes, as clients that read megabytes ahead need to show what they keep; the download is killed, or its
 * line breaks, or the part that it asks for starts elsewhere.
 *
 * Invariants checked:
 * - What lies on the disk is not asked for again, by a new process or after a broken line.
 * - Bytes of a part that starts elsewhere never become bytes of the file.
 */
import fc from "fast-check";
import {
  contentExchanges,
  firstByte,
  keptBytes,
  patternedBytes,
  settled,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  type FaultRule,
  killDownload,
  modelPlace,
  scenario,
  type TinyModel,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/LargeFile";
const MEBIBYTE = 1024 * 1024;
const SIZE_BYTES = 24 * MEBIBYTE;
const CHUNK_BYTES = 65_536;
/** What is granted to be fetched twice at a break: what arrives between two notes of how far it is. */
const TWICE_BYTES_MAX = 2 * MEBIBYTE;
const NOT_RESUMED = "it never asked for the rest of a file";

const weights = { path: "model.safetensors", bytes: patternedBytes(SIZE_BYTES), lfs: true };
const given = { model: anySmallModel(), mebibytes: fc.integer({ min: 13, max: 22 }) };
const world = () => ({ style: { chunkBytes: CHUNK_BYTES } });

function filesOf(model: TinyModel) {
  return [...model.files.filter(({ path }) => !path.endsWith(".safetensors")), weights];
}

/** The first answer that is long enough breaks: of the whole file, or of a part where a client fetches in parts. */
function breaksAt(mebibytes: number, how: "fin" | "rst"): FaultRule[] {
  const cut = (atByte: number, range: boolean): FaultRule => ({
    match: { kind: "cdn", nth: 1, range },
    do: { type: "cut", atByte, how },
  });
  return [cut(mebibytes * MEBIBYTE, false), cut(MEBIBYTE / 8, true)];
}

/** Killed in the midst of the weights. */
export const largeFileKilled = scenario({
  name: "download/large_file_killed",
  covers: ["DL-RESUME", "DL-RESUME-ONCE"],
  goals: ["it was killed"],
  worlds: ["process"],
  weight: 0.5,
  given,
  world,
  async check({ model, mebibytes }, world, verdict) {
    world.hub.publish(REPOSITORY, filesOf(model), { tags: ["mlx"] });
    const request = { repository: REPOSITORY };
    const nth = (mebibytes * MEBIBYTE) / CHUNK_BYTES + filesOf(model).length;
    if (!(await killDownload(world, request, { at: { at: "chunk", nth } }))) return;
    verdict.reached("it was killed");
    const kept = await keptBytes(world, modelPlace(world, REPOSITORY), [weights]);
    world.hub.clearLog();
    await verdict.attempt("DL-RESUME", () => world.start().download(request));
    const exchanges = contentExchanges(world.hub.log).filter(({ kind }) => kind === "cdn");
    // Several parts at once may begin anywhere; together they fetch what is missing.
    const sent = exchanges.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const detail = `${kept} bytes were kept, and ${sent} of ${SIZE_BYTES} sent again`;
    const isAnyKept = kept > TWICE_BYTES_MAX;
    verdict.holds(
      "DL-RESUME",
      !isAnyKept || exchanges.every((exchange) => firstByte(exchange) > 0),
      detail,
    );
    // Who resumes nothing breaks that requirement, and not this one too.
    if (!isAnyKept || exchanges.some((exchange) => firstByte(exchange) > 0))
      verdict.holds("DL-RESUME-ONCE", sent <= SIZE_BYTES - kept + TWICE_BYTES_MAX, detail);
    else verdict.skip("DL-RESUME-ONCE", NOT_RESUMED);
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), [weights]);
    verdict.holds("DL-RESUME", wrong.length === 0, wrong.join(", "));
  },
});

/** The line breaks in the midst of the weights. */
export const largeFileBroken = scenario({
  name: "download/large_file_broken",
  covers: ["DL-RETRY", "DL-RESUME-ONCE"],
  goals: ["the line broke"],
  worlds: ["process"],
  weight: 0.5,
  given: { ...given, how: fc.constantFrom("fin" as const, "rst" as const) },
  world,
  async check({ model, mebibytes, how }, world, verdict) {
    world.hub.publish(REPOSITORY, filesOf(model), { tags: ["mlx"] });
    world.hub.faults = breaksAt(mebibytes, how);
    await verdict.attempt("DL-RETRY", () => world.start().download({ repository: REPOSITORY }));
    verdict.reached("the line broke");
    const exchanges = contentExchanges(world.hub.log).filter(({ kind }) => kind === "cdn");
    const sent = exchanges.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const isOnce = sent <= SIZE_BYTES + TWICE_BYTES_MAX;
    // What a client has thrown away it has not kept.
    if (isOnce || exchanges.some((exchange) => firstByte(exchange) > 0))
      verdict.holds(
        "DL-RESUME-ONCE",
        isOnce,
        `${sent} bytes were sent for ${SIZE_BYTES}, with one break`,
      );
    else verdict.skip("DL-RESUME-ONCE", NOT_RESUMED);
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), [weights]);
    verdict.holds("DL-RETRY", wrong.length === 0, wrong.join(", "));
  },
});

/** The line breaks, and the part that is asked for then starts elsewhere. */
export const largeFileElsewhere = scenario({
  name: "download/large_file_elsewhere",
  covers: ["DL-RESUME-RANGE"],
  worlds: ["process"],
  weight: 0.5,
  given: { ...given, shiftBytes: fc.constantFrom(-1, 1, -65_536) },
  world,
  async check({ model, mebibytes, shiftBytes }, world, verdict) {
    world.hub.publish(REPOSITORY, filesOf(model), { tags: ["mlx"] });
    world.hub.faults = [
      ...breaksAt(mebibytes, "fin"),
      {
        match: { kind: "cdn", nth: 1, range: true },
        do: { type: "wrong-content-range", shiftBytes },
      },
    ];
    const request = { repository: REPOSITORY };
    let result = await settled(() => world.start().download(request));
    if (result === undefined) result = await settled(() => world.start().download(request));
    const isAsked = (world.hub.firedCounts()[2] ?? 0) > 0;
    if (!isAsked) {
      world.hub.faults = [];
      verdict.skip("DL-RESUME-RANGE", NOT_RESUMED);
      return;
    }
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), [weights]);
    const isSpliced = wrong.some((line) => line.endsWith("other bytes"));
    verdict.holds(
      "DL-RESUME-RANGE",
      !isSpliced,
      () => `${wrong.join()}, after a part that starts elsewhere`,
    );
  },
});
