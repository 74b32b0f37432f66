/**
 * The caller cancels the download of a model or of a plain address: before the start, while the hub is silent, while bytes come, or while it pauses before another try.
 *
 * Invariants checked:
 * - The download rejects with `cancelled` within a bounded time, and never with a path.
 * - No request is sent afterwards, and no file is half-published.
 */
import fc from "fast-check";
import { contentExchanges, exists, patternedBytes, realPause } from "../../../harness/internal.ts";
import {
  anySmallModel,
  type FaultRule,
  filePlace,
  modelPlace,
  scenario,
  type TinyModel,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../../harness/mod.ts";

/** Simulated time within which a cancel must be answered. */
const ANSWER_MS_MAX = 5_000;
/** So slowly that no download is over before a program hears of its cancel. */
const SLOW_BYTES_PER_SECOND = 100;
/** How long a request that left a program before its cancel may be on its way, in milliseconds of real time. */
const ARRIVAL_MS = 100;
const MOMENTS = ["before", "silence", "pause", "bytes"] as const;
type Moment = (typeof MOMENTS)[number];

export const cancel = scenario({
  name: "download/cancel",
  covers: ["DL-CANCEL", "ERROR-KIND"],
  goals: ["while nothing arrived", "while it paused", "while bytes came"],
  given: {
    model: anySmallModel({ weightBytesMax: 2000 }),
    moments: fc.shuffledSubarray([...MOMENTS], { minLength: 1 }),
    afterReports: fc.integer({ min: 1, max: 20 }),
    afterMs: fc.integer({ min: 1, max: 20_000 }),
    /** Whether a plain address is downloaded. */
    isPlain: fc.constantFrom(false, false, true),
  },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check({ moments, ...rest }, world, verdict) {
    for (const moment of moments) await cancelAt(moment, { ...rest, world, verdict });
  },
});

// Helpers

interface Story {
  readonly model: TinyModel;
  /** When bytes come, the cancel comes after so many reports, or bytes where nobody sees a program's reports in time. */
  readonly afterReports: number;
  readonly afterMs: number;
  readonly isPlain: boolean;
  readonly world: World;
  readonly verdict: Verdict;
}

async function cancelAt(moment: Moment, story: Story): Promise<void> {
  const { model, afterReports, afterMs, world, verdict } = story;
  const isPlain = story.isPlain && world.kind !== "process";
  const repository = `mlx-community/Cancel-${moment}`;
  world.hub.publish(repository, model.files, { tags: ["mlx"] });
  const url = world.hub.serveUrl(`/files/${moment}.gguf`, patternedBytes(2000));
  world.hub.clearLog();
  world.hub.faults = faultsOf(moment, isPlain ? "url" : "resolve", world);
  const controller = new AbortController();
  let cancelledAtMs = 0;
  const stop = () => {
    cancelledAtMs = world.clock.now();
    controller.abort();
  };
  let reports = 0;
  const onProgress = () => {
    if (moment === "bytes" && ++reports === afterReports) stop();
  };
  if (moment === "before") stop();
  const options = {
    signal: controller.signal,
    // A program's reports come too late to choose a moment by, and it need not make any.
    ...(world.kind === "process" ? {} : { onProgress }),
  };
  const subject = world.start();
  const outcome = isPlain
    ? subject.downloadUrl({ url }, options)
    : subject.download({ repository }, options);
  const isOver = outcome.then(
    () => true,
    () => true,
  );
  if (world.kind === "process") {
    // One that is over by itself is past being cancelled.
    if (moment !== "before" && !(await comes(moment, { ...story, isOver }))) return;
    if (moment !== "before") stop();
  } else if (moment === "silence" || moment === "pause") {
    void world.clock.sleep(afterMs).then(stop);
  } else if (moment === "bytes") {
    await isOver;
    if (!controller.signal.aborted) return;
  }
  await verdict.fails("DL-CANCEL", () => outcome, ["cancelled"]);
  const tookMs = world.clock.now() - cancelledAtMs;
  // A program may have to be started first.
  const limitMs = world.kind === "process" ? 12 * ANSWER_MS_MAX : ANSWER_MS_MAX;
  verdict.holds("DL-CANCEL", tookMs <= limitMs, `it took ${tookMs} ms`);
  if (world.kind === "process") await realPause(ARRIVAL_MS);
  const requests = world.hub.log.length;
  await world.watch();
  verdict.holds(
    "DL-CANCEL",
    world.hub.log.length === requests,
    "a request was sent after the cancel",
  );
  const directory = modelPlace(world, repository);
  const published = [];
  for (const file of wantedFiles(model.files))
    if (await exists(world.files, filePlace(directory, file.path))) published.push(file);
  const wrong = await wrongFiles(world, directory, published);
  verdict.holds("DL-CANCEL", wrong.length === 0, wrong.join(", "));
  if (moment === "silence") verdict.reached("while nothing arrived");
  if (moment === "pause") verdict.reached("while it paused");
  if (moment === "bytes") verdict.reached("while bytes came");
}

function faultsOf(moment: Moment, of: "resolve" | "url", { kind }: World): FaultRule[] {
  if (moment === "silence") return [{ match: { kind: of, nth: 1 }, do: { type: "no-answer" } }];
  if (moment === "pause") {
    const busy = { type: "status", status: 503, retryAfter: "60" } as const;
    return [{ match: { kind: of, nth: "all" }, do: busy }];
  }
  if (moment === "before" || kind !== "process") return [];
  const slow = { type: "drip", bytesPerSecond: SLOW_BYTES_PER_SECOND } as const;
  return (["resolve", "cdn"] as const).map((one) => ({
    match: { kind: one, nth: "all" },
    do: slow,
  }));
}

/** Waits until a program has come to a moment, which takes it as long as it takes; false when it ended first. */
async function comes(
  moment: Moment,
  options: Story & { readonly isOver: Promise<boolean> },
): Promise<boolean> {
  const { world, afterReports, afterMs, isOver } = options;
  const { hub } = world;
  const isThere = () =>
    moment === "bytes"
      ? contentExchanges(hub.log).some(({ bytesSent }) => bytesSent >= afterReports)
      : hub.firedCounts().some((count) => count > 0);
  while (!isThere()) if (await Promise.race([isOver, realPause(5)])) return false;
  if (moment === "bytes") return true;
  // Somebody waits for a real clock.
  const pause = world.clock.sleep(afterMs / 10).then(() => false);
  return !(await Promise.race([isOver, pause]));
}
