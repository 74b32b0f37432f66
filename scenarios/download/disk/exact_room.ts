/**
 * The volume has a little less room than the listed files need, or just enough; bytes of an earlier run may lie there, which was broken off
 * or whose process was killed.
 *
 * Invariants checked:
 * - A byte too little is an error before any file is requested.
 * - Room for what is missing, and for small state, is enough: what was kept needs none anew, and is not
 *   sent again.
 */
import fc from "fast-check";
import {
  contentBytes,
  keptParts,
  PAGE_BYTES,
  patternedBytes,
  settled,
} from "../../../harness/internal.ts";
import {
  killDownload,
  modelPlace,
  scenario,
  type WorldKind,
  wrongFiles,
} from "../../../harness/mod.ts";
import { judgeNoRoom } from "./too_little_room.ts";

const REPOSITORY = "mlx-community/ExactRoom";
/** Markers, metadata, plans and locks of a model of one file take less. */
const STATE_BYTES_MAX = 16_000;
/** On a real volume each of them takes a page. */
const STATE_PAGES_MAX = 16;
const CHUNK_BYTES = 4096;
/** Pieces that come before those of a file. */
const ANSWERS = 3;
const REQUEST = { repository: REPOSITORY, include: ["*.safetensors"] };

export const exactRoom = scenario({
  name: "download/exact_room",
  covers: ["DL-SPACE-FIRST", "DL-RESUME", "ERROR-KIND"],
  goals: ["too little by few bytes", "just enough", "just enough beside kept bytes"],
  given: {
    sizeBytes: fc.integer({ min: 40_000, max: 60_000 }),
    lackBytes: fc.option(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40_000 })), {
      nil: undefined,
      freq: 2,
    }),
    breakAt: fc.option(fc.integer({ min: 20_000, max: 39_000 }), { nil: undefined, freq: 4 }),
    /** Whether the earlier run ends by the death of its process, and not of its connections. */
    isKilled: fc.boolean(),
  },
  // Of several pieces on their way those that are not noted yet would take more than the room for state.
  pieceBytes: [],
  world: (given, kind) => ({
    style: { chunkBytes: CHUNK_BYTES },
    availableBytes: roomFor(given, kind).availableBytes,
  }),
  async check(given, world, verdict) {
    const { lackBytes, isKilled } = given;
    const { sizeBytes, breakAt, stateBytes } = roomFor(given, world.kind);
    const weights = { path: "model.safetensors", bytes: patternedBytes(sizeBytes), lfs: true };
    world.hub.publish(REPOSITORY, [weights], { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    if (lackBytes !== undefined) {
      await judgeNoRoom(world, verdict, { request: REQUEST });
      verdict.reached("too little by few bytes");
      return;
    }
    if (breakAt !== undefined && isKilled) {
      // Late, so that there is no room for a second copy of what was kept.
      const sentBytes = sizeBytes - CHUNK_BYTES - (breakAt % 8000);
      const at = { at: "chunk", nth: ANSWERS + Math.floor(sentBytes / CHUNK_BYTES) } as const;
      await killDownload(world, REQUEST, { at });
    } else if (breakAt !== undefined) {
      world.hub.faults = [
        { match: { kind: "cdn" }, do: { type: "cut", atByte: breakAt, how: "rst" } },
        { match: { kind: "cdn", nth: "all" }, do: { type: "refuse" } },
      ];
      await settled(() => world.start().download(REQUEST));
      world.hub.faults = [];
    }
    const part = (await keptParts(world, directory, [weights])).get(weights.path);
    const kept = part?.sizeBytes ?? 0;
    world.hub.clearLog();
    await verdict.attempt("DL-SPACE-FIRST", () => world.start().download(REQUEST));
    const wrong = await wrongFiles(world, directory, [weights]);
    verdict.holds("DL-SPACE-FIRST", wrong.length === 0, wrong.join(", "));
    const sent = contentBytes(world.hub.log);
    // What a program writes ahead of what it notes is its own affair.
    const isOnce = sent <= sizeBytes - kept + CHUNK_BYTES || part?.isSpliced === true;
    const detail = `${kept} bytes were kept of ${sizeBytes}, and ${sent} sent again`;
    if (world.kind === "process")
      verdict.skip("DL-RESUME", "what a program goes on with is judged where it has room");
    else if (kept > stateBytes) verdict.holds("DL-RESUME", isOnce, detail);
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
