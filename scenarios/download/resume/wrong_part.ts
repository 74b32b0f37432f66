/**
 * A resume is answered with a part that starts elsewhere than it was asked to, and says so, or does not say where it starts.
 *
 * Invariants checked:
 * - No byte of the wrong part is ever on the disk, nothing that was kept is lost, and the next request starts where the first
 *   one did.
 */
import fc from "fast-check";
import type { Fetch } from "../../../spec/mod.ts";
import {
  contentExchanges,
  exists,
  firstByte,
  keptParts,
  needsOwnProcess,
  observingFiles,
  patternedBytes,
} from "../../../harness/internal.ts";
import { filePlace, killDownload, modelPlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/WrongPart";
const WEIGHTS = { path: "model.safetensors", bytes: patternedBytes(3000), lfs: true };
const REQUEST = { repository: REPOSITORY, include: ["*.safetensors"] };

export const wrongPart = scenario({
  name: "download/wrong_part",
  pieceBytes: [],
  covers: ["DL-RESUME-RANGE"],
  goals: ["a part started elsewhere"],
  given: {
    nth: fc.integer({ min: 4, max: 25 }),
    shiftBytes: fc.integer({ min: -150, max: -1 }),
    /** What `Content-Range` has in place of what is true. */
    said: fc.constantFrom(undefined, undefined, null, "", "bytes */3000", "bytes"),
  },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check({ nth, shiftBytes, said }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    world.hub.publish(REPOSITORY, [WEIGHTS], { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    await killDownload(world, REQUEST, { at: { at: "chunk", nth } });
    let before = 0;
    world.hub.clearLog();
    world.hub.faults = [
      { match: { kind: "cdn", range: true }, do: { type: "wrong-content-range", shiftBytes } },
    ];
    const look = async () => {
      if (await exists(world.files, filePlace(directory, WEIGHTS.path))) return;
      const now = (await keptParts(world, directory, [WEIGHTS])).get(WEIGHTS.path);
      const hasCome = (world.hub.firedCounts()[0] ?? 0) > 0;
      // What counts is what was kept when the odd answer came.
      if (!hasCome) before = now?.sizeBytes ?? 0;
      verdict.holds(
        "DL-RESUME-RANGE",
        !hasCome || (now !== undefined && now.sizeBytes >= before && !now.isSpliced),
        () => `${before} bytes were kept, and now there is ${JSON.stringify(now)}`,
      );
    };
    const files = (disk: typeof world.files) => observingFiles(disk, look);
    const hasFired = () => (world.hub.firedCounts()[0] ?? 0) > 0;
    const relay = (fetch: Fetch) =>
      said === undefined ? fetch : sayingOnce(fetch, said, hasFired);
    const subject = world.start({ files, relay });
    await verdict.attempt("DL-RESUME-RANGE", () => subject.download(REQUEST));
    const [first, second] = contentExchanges(world.hub.log).map(firstByte);
    if (world.hub.firedCounts()[0] === 0) return;
    verdict.reached("a part started elsewhere");
    verdict.holds(
      "DL-RESUME-RANGE",
      second === first,
      `after byte ${first} byte ${second} was asked for`,
    );
    const wrong = await wrongFiles(world, directory, [WEIGHTS]);
    verdict.holds("DL-RESUME-RANGE", wrong.length === 0, wrong.join(", "));
  },
});

/** The first answer that is wrong has another `Content-Range`, or none. */
function sayingOnce(fetch: Fetch, said: string | null, hasFired: () => boolean): Fetch {
  let isOver = false;
  return async (url, request) => {
    const response = await fetch(url, request);
    if (isOver || response.status !== 206 || !hasFired()) return response;
    isOver = true;
    const get = (name: string) =>
      name.toLowerCase() === "content-range" ? said : response.headers.get(name);
    return { status: response.status, headers: { get }, body: response.body };
  };
}
