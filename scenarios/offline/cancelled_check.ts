/**
 * A model is whole, and the caller cancels while a download finds that out: without the network, or before the hub is asked. Or it is a
 * check or a verification that is cancelled.
 *
 * Invariants checked:
 * - The download rejects with `cancelled` within a bounded time and asks for nothing afterwards.
 * - The others end with their answer, or with `cancelled`.
 */
import fc from "fast-check";
import { errorOf, needsOwnProcess, settled, wrapFiles } from "../../harness/internal.ts";
import { anySmallModel, NotApplicable, type RunningSubject, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Cancelled-Check-4bit";
/** Simulated time within which a cancel must be answered. */
const ANSWER_MS_MAX = 5_000;
const ENDS = ["the variable", "the request", "the hub is away", "the hub answers"] as const;

export const cancelledCheck = scenario({
  name: "offline/cancelled_check",
  covers: ["DL-CANCEL", "ERROR-KIND"],
  goals: ["it was cancelled without the network", "another call was cancelled"],
  given: {
    model: anySmallModel(),
    how: fc.constantFrom(...ENDS),
    call: fc.constantFrom(
      "download" as const,
      "download" as const,
      "check" as const,
      "verify" as const,
    ),
    /** How far the download has come, of half of the calls that it makes. */
    share: fc.integer({ min: 0, max: 99 }),
  },
  async check({ model, how, share, call }, world, verdict) {
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
    const ask = (subject: RunningSubject, signal?: AbortSignal): Promise<unknown> =>
      subject[call](request, { ...(signal && { signal }) });
    let calls = 0;
    // Whether it finds the model without the hub is another promise.
    if ((await settled(() => ask(watched(() => calls++)))) === undefined)
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
    const outcome = ask(subject, controller.signal);
    const error = await errorOf(() => outcome);
    if (!controller.signal.aborted) return;
    if (call !== "download") {
      if (error !== undefined) verdict.hasKind(error, ["cancelled"]);
      verdict.reached("another call was cancelled");
      return;
    }
    if (how !== "the hub answers") verdict.reached("it was cancelled without the network");
    await verdict.fails("DL-CANCEL", () => outcome, ["cancelled"]);
    const tookMs = world.clock.now() - cancelledMs;
    verdict.holds("DL-CANCEL", tookMs <= ANSWER_MS_MAX, `it took ${tookMs} ms`);
    await world.watch();
    const later = world.hub.log.length - requests;
    verdict.holds("DL-CANCEL", later <= 0, `${later} requests were sent after the cancel`);
  },
});
