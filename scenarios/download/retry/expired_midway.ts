/**
 * A line breaks in the middle of a large file, and by then the signed address has expired.
 *
 * Invariants checked:
 * - The hub is asked again for the same file.
 * - The transfer goes on from the bytes that had arrived.
 */
import fc from "fast-check";
import { contentExchanges, firstByte, patternedBytes } from "../../../harness/internal.ts";
import { modelPlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/ExpiredMidway";
const CHUNK_BYTES = 100;

export const expiredMidway = scenario({
  name: "download/expired_midway",
  pieceBytes: [],
  covers: ["DL-CDN-EXPIRED", "DL-RESUME-ONCE"],
  goals: ["an address had expired"],
  given: {
    sizeBytes: fc.integer({ min: 2000, max: 4000 }),
    atByte: fc.integer({ min: 1, max: 1999 }),
    how: fc.constantFrom("fin" as const, "rst" as const, "stall" as const),
    // A name like this is not a plain one in the address that is asked again.
    path: fc.constantFrom("model.safetensors", "nested/one #1.safetensors"),
  },
  // The address is good for less time than a silent line takes to be given up.
  world: ({ how }) => ({
    style: { chunkBytes: CHUNK_BYTES, ...(how === "stall" ? { cdnTtlMs: 1000 } : {}) },
  }),
  async check({ sizeBytes, atByte, how, path }, world, verdict) {
    const weights = { path, bytes: patternedBytes(sizeBytes), lfs: true };
    world.hub.publish(REPOSITORY, [weights], { tags: ["mlx"] });
    const cut = { match: { kind: "cdn" }, do: { type: "cut", atByte, how } } as const;
    const expire = { match: { kind: "cdn", nth: 1 }, do: { type: "expire-cdn" } } as const;
    world.hub.faults = how === "stall" ? [cut] : [cut, expire];
    await verdict.attempt("DL-CDN-EXPIRED", () =>
      world.start().download({ repository: REPOSITORY, include: ["*.safetensors"] }),
    );
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), [weights]);
    verdict.holds("DL-CDN-EXPIRED", wrong.length === 0, wrong.join(", "));
    const { log } = world.hub;
    const refused = log.findIndex(({ kind, status }) => kind === "cdn" && status === 403);
    if (refused < 0) return;
    verdict.reached("an address had expired");
    const isAsked = log
      .slice(refused)
      .some(({ kind, file }) => kind === "resolve" && file === path);
    verdict.holds("DL-CDN-EXPIRED", isAsked, "the hub was not asked again");
    const starts = contentExchanges(log.slice(refused)).map(firstByte);
    verdict.holds(
      "DL-RESUME-ONCE",
      starts.every((start) => start >= atByte - CHUNK_BYTES),
      `${atByte} bytes had arrived, and it went on from ${starts.join()}`,
    );
  },
});
