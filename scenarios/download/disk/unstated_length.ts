/**
 * A server does not say how long a file is, and its body does not end.
 *
 * Invariants checked:
 * - The download ends with an error while the volume still has space.
 */
import fc from "fast-check";
import { needsOwnProcess, observingFiles } from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";

const VOLUME_BYTES = 300_000;
/** What is left: less is a full volume for every other program. */
const LEFT_BYTES_MIN = VOLUME_BYTES / 100;

export const unstatedLength = scenario({
  name: "download/unstated_length",
  covers: ["DL-UNSTATED-LENGTH", "ERROR-KIND"],
  given: { sizeBytes: fc.integer({ min: 1, max: 4000 }) },
  world: () => ({ availableBytes: VOLUME_BYTES, style: { chunkBytes: 16_384 } }),
  async check({ sizeBytes }, world, verdict) {
    needsOwnProcess(world, "the space that another process leaves cannot be watched");
    const { hub } = world;
    const url = hub.serveUrl("/files/weights.bin", new Uint8Array(sizeBytes).fill(7));
    hub.faults = [
      { match: { kind: "url", method: "HEAD", nth: "all" }, do: { type: "content-length" } },
      { match: { kind: "url", method: "GET", nth: "all" }, do: { type: "endless-body" } },
    ];
    let leftBytes = VOLUME_BYTES;
    const subject = world.start({
      files: (files) =>
        observingFiles(files, async ({ operation }) => {
          if (operation !== "write") return;
          leftBytes = Math.min(leftBytes, await files.availableBytes(world.root));
        }),
    });
    await verdict.fails("DL-UNSTATED-LENGTH", () => subject.downloadUrl({ url }), [
      "disk-full",
      "limit-exceeded",
    ]);
    verdict.holds(
      "DL-UNSTATED-LENGTH",
      leftBytes >= LEFT_BYTES_MIN,
      `only ${leftBytes} bytes of ${VOLUME_BYTES} were left`,
    );
  },
});
