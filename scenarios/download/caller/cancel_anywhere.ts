/**
 * The caller cancels at any event: as a request is about to be sent, or right after any change of the disk, publishing included.
 *
 * Invariants checked:
 * - The download rejects with `cancelled` within a bounded time, unless it had said that it was done.
 * - No request begins afterwards, and nothing is half-published; the next download finishes.
 */
import fc from "fast-check";
import { exists, observingFiles } from "../../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/CancelAnywhere";
/** Simulated time within which a cancel must be answered. */
const ANSWER_MS_MAX = 5_000;

export const cancelAnywhere = scenario({
  name: "download/cancel_anywhere",
  covers: ["DL-CANCEL", "ERROR-KIND"],
  goals: ["at a request", "at a change of the disk", "while it published"],
  given: {
    model: anySmallModel(),
    at: fc.oneof(
      fc.record({ event: fc.constant("request" as const), nth: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ event: fc.constant("change" as const), nth: fc.integer({ min: 1, max: 70 }) }),
      fc.record({ event: fc.constant("change" as const), nth: fc.integer({ min: 35, max: 70 }) }),
    ),
  },
  world: () => ({ style: { chunkBytes: 1000 } }),
  async check({ model, at: { event, nth } }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    const controller = new AbortController();
    let events = 0;
    let begun = 0;
    let begunAtStop = 0;
    let stoppedMs = 0;
    let isDone = false;
    let isPublishing = false;
    const count = async (what: typeof event) => {
      if (what !== event || ++events !== nth || isDone) return;
      isPublishing = await exists(world.files, filePlace(directory, "tokenizer.json"));
      begunAtStop = begun;
      stoppedMs = world.clock.now();
      controller.abort();
    };
    const subject = world.start({
      files: (disk) => observingFiles(disk, () => count("change")),
      fetch: (fetch) => async (url, request) => {
        await count("request");
        if (request.signal?.aborted !== true) begun++;
        return fetch(url, request);
      },
    });
    const outcome = subject.download(
      { repository: REPOSITORY },
      {
        signal: controller.signal,
        onProgress: ({ fraction }) => {
          isDone ||= fraction === 1;
        },
      },
    );
    await outcome.catch(() => {});
    if (!controller.signal.aborted) return;
    verdict.reached(event === "request" ? "at a request" : "at a change of the disk");
    if (isPublishing) verdict.reached("while it published");
    await verdict.fails("DL-CANCEL", () => outcome, ["cancelled"]);
    const tookMs = world.clock.now() - stoppedMs;
    verdict.holds("DL-CANCEL", tookMs <= ANSWER_MS_MAX, `it took ${tookMs} ms`);
    await world.watch();
    verdict.holds(
      "DL-CANCEL",
      begun === begunAtStop,
      `${begun - begunAtStop} requests began afterwards`,
    );
    const wanted = wantedFiles(model.files);
    const wrong = await wrongFiles(world, directory, wanted);
    const isHalf = wrong.some((line) => !line.endsWith("is not there"));
    verdict.holds("DL-CANCEL", !isHalf, wrong.join(", "));
    const hasConfig = await exists(world.files, filePlace(directory, "config.json"));
    const lacksWeights = wrong.some((line) => line.includes(".safetensors"));
    verdict.holds(
      "DL-CANCEL",
      !hasConfig || !lacksWeights,
      "config.json is there, and weights are not",
    );
    await verdict.attempt("DL-CANCEL", () => world.start().download({ repository: REPOSITORY }));
    const left = await wrongFiles(world, directory, wanted);
    verdict.holds("DL-CANCEL", left.length === 0, left.join(", "));
  },
});
