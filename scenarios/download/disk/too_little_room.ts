/**
 * The volume has less room than the listed files need.
 *
 * Invariants checked:
 * - The download says so before it requests any file, of a fresh model and of an update.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import type { ModelRequest } from "../../../spec/mod.ts";
import {
  contentExchanges,
  limitedFiles,
  needsLookForUpdate,
  PAGE_BYTES,
  writeBytes,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  scenario,
  type StartOptions,
  type Verdict,
  type World,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/TooLittleRoom";
/** Of a real volume, most of which is then taken. */
const VOLUME_BYTES = 1024 * 1024;

export const tooLittleRoom = scenario({
  name: "download/too_little_room",
  covers: ["DL-SPACE-FIRST", "ERROR-KIND"],
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    isUpdate: fc.boolean(),
    // Nothing at all, or enough for small state and not for the weights.
    roomBytes: fc.oneof(fc.nat(99), fc.integer({ min: 12_000, max: 19_000 })),
  },
  world: (_, kind) => (kind === "process" ? { availableBytes: VOLUME_BYTES } : {}),
  async check({ old, next, isUpdate, roomBytes }, world, verdict) {
    const request = { repository: REPOSITORY };
    // Weights of its own, so that there is something to fetch, and more than there is room for.
    const own = { path: "own.safetensors", bytes: new Uint8Array(20_000).fill(9), lfs: true };
    if (isUpdate) {
      world.hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
      await world.start().download(request);
    }
    world.hub.publish(REPOSITORY, [...next.files, own], { tags: ["mlx"] });
    world.hub.clearLog();
    await using little = await littleRoom(world, roomBytes);
    await judgeNoRoom(world, verdict, { request, start: little.options });
  },
});

/** A download for which there is no room is refused before it requests any content. */
export async function judgeNoRoom(
  world: World,
  verdict: Verdict,
  options: { readonly request: ModelRequest; readonly start?: StartOptions },
): Promise<void> {
  const { request, start } = options;
  const download = async () => {
    const result = await world.start(start).download(request);
    needsLookForUpdate(world.hub.log);
    return result;
  };
  await verdict.fails("DL-SPACE-FIRST", download, ["disk-full"]);
  const asked = contentExchanges(world.hub.log);
  verdict.holds("DL-SPACE-FIRST", asked.length === 0, "files were requested all the same");
}

// Helpers

/** Leaves this much room: by a limit in front of the disk or, on a program's volume, by a file that takes the rest. */
async function littleRoom(
  world: World,
  roomBytes: number,
): Promise<AsyncDisposable & { readonly options: StartOptions }> {
  if (world.kind !== "process") {
    return {
      options: { files: (disk) => limitedFiles(disk, { availableBytes: roomBytes }) },
      async [Symbol.asyncDispose]() {},
    };
  }
  const documents = dirname(world.root);
  const place = join(documents, "others.bin");
  const freeBytes = await world.files.availableBytes(documents);
  const leftBytes = Math.floor(roomBytes / PAGE_BYTES) * PAGE_BYTES;
  await writeBytes(world.files, place, new Uint8Array(freeBytes - leftBytes));
  return { options: {}, [Symbol.asyncDispose]: () => world.files.unlink(place) };
}
