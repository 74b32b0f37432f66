/**
 * A download is killed or cancelled while parts of one file arrive over several connections at once, and is run again.
 *
 * Invariants checked:
 * - What had arrived, in order or ahead of it, is not fetched again, but for some chunks of each connection.
 * - The first report of the next download counts it, and the model is whole in the end.
 */
import fc from "fast-check";
import {
  contentBytes,
  contentExchanges,
  firstByte,
  patternedBytes,
} from "../../../harness/internal.ts";
import {
  type HubExchange,
  killDownload,
  modelPlace,
  scenario,
  type World,
  wrongFiles,
} from "../../../harness/mod.ts";
import type { Progress } from "../../../spec/mod.ts";

const REPOSITORY = "mlx-community/KeptAhead";
const CHUNK_BYTES = 256;
/** What each open connection may lose. */
const CHUNKS_LOST_MAX = 4;
const SIZE_BYTES = 150_000;
const weights = { path: "model.safetensors", bytes: patternedBytes(SIZE_BYTES), lfs: true };
const request = { repository: REPOSITORY, include: ["*.safetensors"] };

export const keptAhead = scenario({
  name: "download/kept_ahead",
  covers: ["DL-KEEP", "DL-PROGRESS-RESUME"],
  goals: ["a kill", "a cancel", "bytes came ahead of others"],
  // Longer than what a connection may lose, and shorter than the file by far.
  pieceBytes: [8192],
  worlds: ["memory"],
  given: {
    how: fc.constantFrom("kill" as const, "cancel" as const),
    after: fc.integer({ min: 10, max: Math.floor(SIZE_BYTES / CHUNK_BYTES) }),
  },
  world: () => ({ style: { chunkBytes: CHUNK_BYTES } }),
  async check({ how, after }, world, verdict) {
    world.hub.publish(REPOSITORY, [weights], { tags: ["mlx"] });
    if (how === "kill") {
      const at = { at: "chunk" as const, nth: after };
      if (await killDownload(world, request, { at })) verdict.reached("a kill");
    } else if (await cancelled(world, after * CHUNK_BYTES)) verdict.reached("a cancel");
    const before = contentExchanges(world.hub.log);
    const arrivedBytes = contentBytes(world.hub.log);
    const isAhead = cameAhead(before);
    if (isAhead) verdict.reached("bytes came ahead of others");
    world.hub.clearLog();
    const reports: Progress[] = [];
    const onProgress = (progress: Progress) => reports.push(progress);
    await verdict.attempt("DL-KEEP", () => world.start().download(request, { onProgress }));
    const fetchedBytes = contentBytes(world.hub.log);
    if (!isAhead) return;
    const allowedBytes = before.filter(isCut).length * CHUNKS_LOST_MAX * CHUNK_BYTES;
    verdict.holds(
      "DL-KEEP",
      arrivedBytes + fetchedBytes <= SIZE_BYTES + allowedBytes,
      `${arrivedBytes} bytes had arrived, and ${fetchedBytes} of ${SIZE_BYTES} were fetched then`,
    );
    const shownBytes = reports[0]?.bytesDone ?? 0;
    verdict.holds(
      "DL-PROGRESS-RESUME",
      shownBytes >= SIZE_BYTES - fetchedBytes - 1,
      `${fetchedBytes} of ${SIZE_BYTES} bytes were fetched, and the first report says ${shownBytes}`,
    );
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), [weights]);
    verdict.holds("DL-KEEP", wrong.length === 0, wrong.join(", "));
  },
});

/** Cancels when so many bytes were sent; by then not all of them are reported. */
async function cancelled(world: World, sentBytes: number): Promise<boolean> {
  const controller = new AbortController();
  const onProgress = () => {
    if (contentBytes(world.hub.log) >= sentBytes) controller.abort();
  };
  return world
    .start()
    .download(request, { signal: controller.signal, onProgress })
    .then(
      () => false,
      () => true,
    );
}

/** The byte after the last one that an exchange was to bring. */
function endOf({ range }: HubExchange): number {
  const last = /-(\d+)$/.exec(range ?? "")?.[1];
  return last === undefined ? SIZE_BYTES : Number(last) + 1;
}

function isCut(exchange: HubExchange): boolean {
  return firstByte(exchange) + exchange.bytesSent < endOf(exchange);
}

/** Whether some exchange brought bytes that come after those that another one still had to bring. */
function cameAhead(exchanges: readonly HubExchange[]): boolean {
  return exchanges.some(
    (one) =>
      one.bytesSent > CHUNKS_LOST_MAX * CHUNK_BYTES &&
      exchanges.some((other) => isCut(other) && endOf(other) <= firstByte(one)),
  );
}
