/**
 * A model is whole, and the caller cancels while a download finds that out: without the network, or before the hub is asked.
 *
 * Invariants checked:
 * - The download rejects with `cancelled` within a bounded time and asks for nothing afterwards.
 */
import fc from "fast-check";
import { needsOwnProcess, settled, wrapFiles } from "../../harness/internal.ts";
import { anySmallModel, NotApplicable, type RunningSubject, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Cancelled-Check-4bit";
/** Simulated time within which a cancel must be answered. */
const ANSWER_MS_MAX = 5_000;
const ENDS = ["the variable", "the request", "the hub is away", "the hub answers"] as const;

export const cancelledCheck = scenario({
  name: "offline/cancelled_check",
  covers: ["DL-CANCEL", "ERROR-KIND"],
  goals: ["it was cancelled without the network"],
  given: {
    model: anySmallModel(),
    how: fc.constantFrom(...ENDS),
    /** How far the download has come, of half of the calls that it makes. */
    share: fc.integer({ min: 0, max: 99 }),
  },
  async check({ model, how, share }, world, verdict) {
    needsOwnProcess(world, "of another process nobody sees which call it makes");
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const isOffline = how === "the request" ? { offline: true } : {};
    const request = { repository: REPOSITORY, ...isOffline };
    const env = how === "the variable" ? { HF_HUB_OFFLINE: "1" } : {};
    await world.start().download({ repository: REPOSITORY });
    if (how === "the hub is away") world.hub.goOffline();
    /** Downloads, with a look at each call of the disk. */
    const watched = (look: () => void): RunningSubject =>
      world.start({
        env,
        files: (disk) =>
          wrapFiles(disk, (_, next) => {
            look();
            return next();
          }),
      });
    let calls = 0;
    // Whether it finds the model without the hub is another promise.
    if ((await settled(() => watched(() => calls++).download(request))) === undefined)
      throw new NotApplicable("it does not find the model");
    const controller = new AbortController();
    const atCall = 1 + Math.floor((calls * share) / 200);
    let [made, cancelledMs, requests] = [0, 0, 0];
    const subject = watched(() => {
      if (++made !== atCall) return;
      cancelledMs = world.clock.now();
      requests = world.hub.log.length;
      controller.abort();
    });
    const outcome = subject.download(request, { signal: controller.signal });
    await outcome.catch(() => {});
    if (!controller.signal.aborted) return;
    if (how !== "the hub answers") verdict.reached("it was cancelled without the network");
    await verdict.fails("DL-CANCEL", () => outcome, ["cancelled"]);
    const tookMs = world.clock.now() - cancelledMs;
    verdict.holds("DL-CANCEL", tookMs <= ANSWER_MS_MAX, `it took ${tookMs} ms`);
    await world.watch();
    const later = world.hub.log.length - requests;
    verdict.holds("DL-CANCEL", later <= 0, `${later} requests were sent after the cancel`);
  },
});
