/**
 * The hub sends who asks for a file to another address on its own host, and there it says by a code of its own that the file is not
 * there, or not for this reader.
 *
 * Invariants checked:
 * - The download fails, and no address is asked for again and again. Once more may be: an address that a redirect gave may be asked
 *   for anew, and the branch may be another commit by then (`DL-STALE`).
 */
import fc from "fast-check";
import { settled } from "../../harness/internal.ts";
import { anySmallModel, scenario, wantedFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Refused-Behind-4bit";
const TIMES_MAX = 2;

export const refusedBehind = scenario({
  name: "hub/refused_behind",
  // Pieces of one file would be asked for side by side.
  pieceBytes: [],
  covers: ["DL-NO-RETRY"],
  goals: ["it was refused"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    errorCode: fc.constantFrom("RepoNotFound", "RevisionNotFound", "EntryNotFound", "GatedRepo"),
    isUnauthorized: fc.boolean(),
    which: fc.nat(20),
  },
  world: () => ({ style: { smallFiles: "resolve-cache" } }),
  async check({ model, errorCode, isUnauthorized, which }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // A large file lies on the content network, and one without bytes is not asked for by everybody.
    const small = wantedFiles(model.files).filter(({ lfs, bytes }) => !lfs && bytes.length > 0);
    const path = small[which % small.length]?.path ?? "config.json";
    const match = { path: `/api/resolve-cache/*/${path}`, nth: "all" } as const;
    const status = statusOf(errorCode, isUnauthorized);
    hub.faults = [{ match, do: { type: "status", status, errorCode } }];
    const request = { repository: REPOSITORY, concurrency: 1 };
    const result = await settled(() => world.start().download(request));
    verdict.holds("DL-NO-RETRY", result === undefined, "it succeeded without the file");
    const times = new Map<string, number>();
    for (const { method, rawPath, status: answered } of hub.log) {
      if (answered !== status) continue;
      const asked = `${method} ${rawPath}`;
      times.set(asked, (times.get(asked) ?? 0) + 1);
    }
    if (times.size > 0) verdict.reached("it was refused");
    for (const [asked, count] of times)
      verdict.holds("DL-NO-RETRY", count <= TIMES_MAX, `${asked} was sent ${count} times`);
  },
});

/** As the hub answers with each of its codes. */
function statusOf(errorCode: string, isUnauthorized: boolean): number {
  if (errorCode === "GatedRepo") return isUnauthorized ? 401 : 403;
  return errorCode === "RepoNotFound" && isUnauthorized ? 401 : 404;
}
