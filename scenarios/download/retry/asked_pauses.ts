/**
 * The hub, or the content network behind it, says how long to wait: in seconds, by a date, or by the state of its rate limit; some ask for days.
 *
 * Invariants checked:
 * - The next request comes no sooner, in each of the forms, and not much later.
 * - A limit that is not used up asks for nothing, and an absurd pause is cut to a cap.
 * - Beside a limit that is free again sooner, the longer pause is kept.
 */
import fc from "fast-check";
import { needsOwnProcess, needsPatience, sha256Hex } from "../../../harness/internal.ts";
import { anySmallModel, NotApplicable, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/AskedPauses";
/** The spec's cap on pauses that are asked for, in milliseconds. */
const CAP_MS = 300_000;
/** A cap below this keeps no pause that a hub really asks for: a whole window of its limit. */
const LOWEST_CAP_MS = 290_000;
/** A client's own pause comes on top of it, or in its place. */
const OWN_PAUSE_MS_MAX = 60_000;

export const askedPauses = scenario({
  name: "download/asked_pauses",
  // Pieces of one file would be asked for side by side.
  pieceBytes: [8192],
  covers: ["DL-RETRY-AFTER"],
  goals: [
    "a pause was asked for",
    "an absurd pause was asked for",
    "a pause was asked for with a file",
  ],
  given: {
    model: anySmallModel(),
    form: fc.constantFrom(
      "seconds",
      "date",
      "rate limit",
      "rate limit with rest",
      "seconds beside a limit with rest",
      "seconds beside a shorter limit",
      "date beside a shorter limit",
    ),
    seconds: fc.oneof(
      fc.integer({ min: 1, max: 290 }),
      fc.constantFrom(86_400, 31_536_000, 9_999_999_999),
    ),
    status: fc.constantFrom(429, 503),
    kind: fc.constantFrom("info" as const, "tree" as const, "resolve" as const, "cdn" as const),
  },
  async check({ model, form, seconds, status, kind }, world, verdict) {
    const asksNothing = form === "rate limit with rest";
    if (!asksNothing) needsPatience(world, Math.min(seconds * 1000, CAP_MS));
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // A date beyond the calendar's end is not a date.
    const date = new Date(Math.min(world.clock.now() + seconds * 1000, Date.UTC(9999, 0)));
    const forms: Readonly<Record<string, { retryAfter?: string; rateLimit?: string }>> = {
      seconds: { retryAfter: String(seconds) },
      date: { retryAfter: date.toUTCString() },
      "rate limit": { rateLimit: `"api";r=0;t=${seconds}` },
      "rate limit with rest": { rateLimit: `"api";r=3;t=${seconds}` },
      // One limit is not used up, and the server asks for a pause all the same.
      "seconds beside a limit with rest": {
        retryAfter: String(seconds),
        rateLimit: `"api";r=3;t=1`,
      },
      // A limit that is used up may be free again before the server is.
      "seconds beside a shorter limit": {
        retryAfter: String(seconds),
        rateLimit: `"api";r=0;t=1`,
      },
      "date beside a shorter limit": {
        retryAfter: date.toUTCString(),
        rateLimit: `"api";r=0;t=1`,
      },
    };
    world.hub.faults = [{ match: { kind }, do: { type: "status", status, ...forms[form] } }];
    const outcome = world.start().download({ repository: REPOSITORY });
    await outcome.catch(() => {});
    const [refused, ...others] = world.hub.log.filter((exchange) => exchange.kind === kind);
    // Other files may be asked for meanwhile; what another file has too comes under one address.
    const again = others.find(({ path }) => path === refused?.path);
    const contents = model.files.map(({ bytes }) => sha256Hex(bytes));
    if (kind === "cdn" && new Set(contents).size < contents.length)
      throw new NotApplicable("two files have the same content");
    if (refused === undefined) throw new NotApplicable("nothing is asked for there");
    if (again === undefined) needsOwnProcess(world, "it gives up at once, and so keeps no pause");
    await verdict.attempt("DL-RETRY-AFTER", () => outcome);
    const pauseMs = (again?.atMs ?? 0) - refused.atMs;
    // A date has whole seconds.
    // A program takes its time to start, and a date comes nearer meanwhile.
    const leftMs = date.getTime() - refused.atMs - 1000;
    const whole = form.startsWith("date") ? Math.max(0, leftMs) : seconds * 1000;
    const askedMs = asksNothing ? 0 : whole;
    if (kind === "resolve" || kind === "cdn") verdict.reached("a pause was asked for with a file");
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
