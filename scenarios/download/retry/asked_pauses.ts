/**
 * The hub says how long to wait: in seconds, by a date, or by the state of its rate limit; some ask for days.
 *
 * Invariants checked:
 * - The next request comes no sooner, in each of the forms, and not much later.
 * - A limit that is not used up asks for nothing, and an absurd pause is cut to a cap.
 */
import fc from "fast-check";
import { needsOwnProcess, needsPatience } from "../../../harness/internal.ts";
import { anySmallModel, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/AskedPauses";
/** The spec's cap on pauses that are asked for, in milliseconds. */
const CAP_MS = 300_000;
/** A cap below this keeps no pause that a hub really asks for: a whole window of its limit. */
const LOWEST_CAP_MS = 290_000;
/** A client's own pause comes on top of it, or in its place. */
const OWN_PAUSE_MS_MAX = 60_000;

export const askedPauses = scenario({
  name: "download/asked_pauses",
  covers: ["DL-RETRY-AFTER"],
  goals: ["a pause was asked for", "an absurd pause was asked for"],
  given: {
    model: anySmallModel(),
    form: fc.constantFrom("seconds", "date", "rate limit", "rate limit with rest"),
    seconds: fc.oneof(
      fc.integer({ min: 1, max: 290 }),
      fc.constantFrom(86_400, 31_536_000, 9_999_999_999),
    ),
    status: fc.constantFrom(429, 503),
    kind: fc.constantFrom("info" as const, "tree" as const),
  },
  async check({ model, form, seconds, status, kind }, world, verdict) {
    if (!form.endsWith("rest")) needsPatience(world, Math.min(seconds * 1000, CAP_MS));
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // A date beyond the calendar's end is not a date.
    const date = new Date(Math.min(world.clock.now() + seconds * 1000, Date.UTC(9999, 0)));
    const forms: Readonly<Record<string, { retryAfter: string } | { rateLimit: string }>> = {
      seconds: { retryAfter: String(seconds) },
      date: { retryAfter: date.toUTCString() },
      "rate limit": { rateLimit: `"api";r=0;t=${seconds}` },
      "rate limit with rest": { rateLimit: `"api";r=3;t=${seconds}` },
    };
    world.hub.faults = [{ match: { kind }, do: { type: "status", status, ...forms[form] } }];
    const outcome = world.start().download({ repository: REPOSITORY });
    await outcome.catch(() => {});
    const [refused, again] = world.hub.log.filter((exchange) => exchange.kind === kind);
    if (again === undefined) needsOwnProcess(world, "it gives up at once, and so keeps no pause");
    await verdict.attempt("DL-RETRY-AFTER", () => outcome);
    const pauseMs = (again?.atMs ?? 0) - (refused?.atMs ?? 0);
    // A date has whole seconds.
    // A program takes its time to start, and a date comes nearer meanwhile.
    const leftMs = date.getTime() - (refused?.atMs ?? 0) - 1000;
    const whole = form === "date" ? Math.max(0, leftMs) : seconds * 1000;
    const askedMs = form.endsWith("rest") ? 0 : whole;
    verdict.reached(askedMs > CAP_MS ? "an absurd pause was asked for" : "a pause was asked for");
    verdict.holds(
      "DL-RETRY-AFTER",
      pauseMs >= Math.min(askedMs, LOWEST_CAP_MS),
      `it paused ${pauseMs} ms and not ${askedMs}`,
    );
    verdict.holds(
      "DL-RETRY-AFTER",
      pauseMs <= Math.min(askedMs, CAP_MS) + OWN_PAUSE_MS_MAX,
      `it paused ${pauseMs} ms where ${askedMs} were asked for`,
    );
  },
});
