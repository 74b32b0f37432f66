/**
 * The caller cancels: before the start, while the hub is silent, while bytes come, or while it pauses before another try.
 *
 * Invariants checked:
 * - The download rejects with `cancelled` within a bounded time, and never with a path.
 * - No request is sent afterwards, and no file is half-published.
 */
import fc from "fast-check";
import {
  anySmallModel,
  exists,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Cancel";
/** Simulated time within which a cancel must be answered. */
const ANSWER_MS_MAX = 5_000;

export const cancel = scenario({
  name: "download/cancel",
  covers: ["DL-CANCEL"],
  goals: ["while nothing arrived", "while it paused", "while bytes came"],
  given: {
    model: anySmallModel({ weightBytesMax: 2000 }),
    moment: fc.constantFrom(
      "before" as const,
      "silence" as const,
      "pause" as const,
      "bytes" as const,
    ),
    afterReports: fc.integer({ min: 1, max: 20 }),
    afterMs: fc.integer({ min: 1, max: 20_000 }),
  },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check({ model, moment, afterReports, afterMs }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    if (moment === "silence")
      world.hub.faults = [{ match: { kind: "resolve", nth: 1 }, do: { type: "no-answer" } }];
    if (moment === "pause")
      world.hub.faults = [
        {
          match: { kind: "resolve", nth: "all" },
          do: { type: "status", status: 503, retryAfter: "60" },
        },
      ];
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
    if (moment === "silence" || moment === "pause") {
      // Somebody waits for a real clock.
      const waitMs = world.kind === "process" ? afterMs / 10 : afterMs;
      void world.clock.sleep(waitMs).then(stop);
    }
    const subject = world.start();
    const outcome = subject.download(
      { repository: REPOSITORY },
      { signal: controller.signal, onProgress },
    );
    if (moment === "bytes" && reports < afterReports) {
      const isDone = await outcome.then(
        () => true,
        () => false,
      );
      if (isDone && !controller.signal.aborted) return;
    }
    await verdict.fails("DL-CANCEL", () => outcome, ["cancelled"]);
    const tookMs = world.clock.now() - cancelledAtMs;
    // A program may have to be started first.
    const limitMs = world.kind === "process" ? 12 * ANSWER_MS_MAX : ANSWER_MS_MAX;
    verdict.holds("DL-CANCEL", tookMs <= limitMs, `it took ${tookMs} ms`);
    const requests = world.hub.log.length;
    await world.watch();
    verdict.holds(
      "DL-CANCEL",
      world.hub.log.length === requests,
      "a request was sent after the cancel",
    );
    const directory = modelPlace(world, REPOSITORY);
    const published = [];
    for (const file of wantedFiles(model.files))
      if (await exists(world.files, filePlace(directory, file.path))) published.push(file);
    const wrong = await wrongFiles(world, directory, published);
    verdict.holds("DL-CANCEL", wrong.length === 0, wrong.join(", "));
    if (moment === "silence") verdict.reached("while nothing arrived");
    if (moment === "pause") verdict.reached("while it paused");
    if (moment === "bytes") verdict.reached("while bytes came");
  },
});
