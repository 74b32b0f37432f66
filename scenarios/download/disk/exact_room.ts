/**
 * The volume has a little less room than the listed files need, or just enough; bytes of an earlier run may lie there.
 *
 * Invariants checked:
 * - A byte too little is an error before any file is requested.
 * - Room for what is missing, and for small state, is enough: what was kept needs none anew.
 */
import fc from "fast-check";
import { keptParts, PAGE_BYTES, patternedBytes, settled } from "../../../harness/internal.ts";
import { modelPlace, scenario, type WorldKind, wrongFiles } from "../../../harness/mod.ts";
import { judgeNoRoom } from "./too_little_room.ts";

const REPOSITORY = "mlx-community/ExactRoom";
/** Markers, metadata, plans and locks of a model of one file take less. */
const STATE_BYTES_MAX = 16_000;
/** On a real volume each of them takes a page. */
const STATE_PAGES_MAX = 16;
const REQUEST = { repository: REPOSITORY, include: ["*.safetensors"] };

export const exactRoom = scenario({
  name: "download/exact_room",
  covers: ["DL-SPACE-FIRST", "ERROR-KIND"],
  goals: ["too little by few bytes", "just enough", "just enough beside kept bytes"],
  given: {
    sizeBytes: fc.integer({ min: 40_000, max: 60_000 }),
    lackBytes: fc.option(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40_000 })), {
      nil: undefined,
      freq: 2,
    }),
    breakAt: fc.option(fc.integer({ min: 20_000, max: 39_000 }), { nil: undefined, freq: 2 }),
  },
  world: (given, kind) => ({
    style: { chunkBytes: 4096 },
    availableBytes: roomFor(given, kind).availableBytes,
  }),
  async check(given, world, verdict) {
    const { lackBytes } = given;
    const { sizeBytes, breakAt, stateBytes } = roomFor(given, world.kind);
    const weights = { path: "model.safetensors", bytes: patternedBytes(sizeBytes), lfs: true };
    world.hub.publish(REPOSITORY, [weights], { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    if (lackBytes !== undefined) {
      await judgeNoRoom(world, verdict, { request: REQUEST });
      verdict.reached("too little by few bytes");
      return;
    }
    if (breakAt !== undefined) {
      world.hub.faults = [
        { match: { kind: "cdn" }, do: { type: "cut", atByte: breakAt, how: "rst" } },
        { match: { kind: "cdn", nth: "all" }, do: { type: "refuse" } },
      ];
      await settled(() => world.start().download(REQUEST));
      world.hub.faults = [];
    }
    const kept = (await keptParts(world, directory, [weights])).get(weights.path)?.sizeBytes ?? 0;
    await verdict.attempt("DL-SPACE-FIRST", () => world.start().download(REQUEST));
    const wrong = await wrongFiles(world, directory, [weights]);
    verdict.holds("DL-SPACE-FIRST", wrong.length === 0, wrong.join(", "));
    verdict.reached(kept > stateBytes ? "just enough beside kept bytes" : "just enough");
  },
});

// Helpers

interface Room {
  readonly sizeBytes: number;
  readonly availableBytes: number;
  readonly breakAt: number | undefined;
  /** Of the room, for everything but weights. */
  readonly stateBytes: number;
}

/** A real volume has whole pages: there the weights are as much too large as the room would be too small. */
function roomFor(
  given: {
    readonly sizeBytes: number;
    readonly lackBytes: number | undefined;
    readonly breakAt: number | undefined;
  },
  kind: WorldKind,
): Room {
  const { sizeBytes, lackBytes, breakAt } = given;
  if (kind !== "process") {
    const room = lackBytes === undefined ? sizeBytes + STATE_BYTES_MAX : sizeBytes - lackBytes;
    return { sizeBytes, availableBytes: room, breakAt, stateBytes: STATE_BYTES_MAX };
  }
  const stateBytes = STATE_PAGES_MAX * PAGE_BYTES;
  if (lackBytes !== undefined) {
    const availableBytes = Math.floor(sizeBytes / PAGE_BYTES) * PAGE_BYTES;
    return { sizeBytes: availableBytes + lackBytes, availableBytes, breakAt, stateBytes };
  }
  // Large enough that what is kept could not lie in the room for state.
  const pages = Math.ceil((4 * sizeBytes) / PAGE_BYTES);
  return {
    sizeBytes: 4 * sizeBytes,
    availableBytes: pages * PAGE_BYTES + stateBytes,
    breakAt: breakAt === undefined ? undefined : 4 * breakAt,
    stateBytes,
  };
}
