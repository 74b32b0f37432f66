/**
 * The hub is busy, breaks connections or is out of order for a while, and says how long to wait, or does not.
 *
 * Invariants checked:
 * - The download goes on and finishes when the trouble passes, resuming within the file.
 * - Its pauses grow, are capped, and are never shorter than what was asked for.
 * - When the trouble does not pass, it ends after a bounded number of attempts.
 */
import fc from "fast-check";
import { needsOwnProcess, needsPatience } from "../../../harness/internal.ts";
import {
  type FaultAction,
  type TinyModel,
  type Verdict,
  type World,
  anySmallModel,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";
import type { ErrorCode, RequirementId } from "../../../spec/mod.ts";

const REPOSITORY = "mlx-community/Retries";
/** No sane client asks more often than this for one thing that keeps failing. */
const ATTEMPTS_MAX = 20;
/** Longest pause that a client takes by itself, in milliseconds, with some room for jitter. */
const OWN_PAUSE_MS_MAX = 60_000;

const TROUBLES: Readonly<Record<string, FaultAction>> = {
  "429 with Retry-After": { type: "status", status: 429, retryAfter: "37" },
  "429 with RateLimit": { type: "status", status: 429, rateLimit: `"api";r=0;t=41` },
  "503": { type: "status", status: 503 },
  "500": { type: "status", status: 500 },
  "502 with a page": { type: "status", status: 502, html: true },
  "504 with a page": { type: "status", status: 504, html: true },
  "520": { type: "status", status: 520 },
  reset: { type: "reset" },
  "cut (rst)": { type: "cut", atByte: 5, how: "rst" },
  "cut (fin)": { type: "cut", atByte: 5, how: "fin" },
  stall: { type: "cut", atByte: 5, how: "stall" },
  silence: { type: "no-answer" },
};
/** What is said where the trouble does not pass, by how it begins; of a body that ends early several codes are as good. */
const CODES: readonly (readonly [RegExp, readonly ErrorCode[]])[] = [
  [/^429/, ["rate-limited"]],
  [/^5/, ["hub-unavailable"]],
  [/^reset/, ["network"]],
  [/^silence/, ["timeout", "network"]],
  [/./, ["network", "timeout", "integrity"]],
];
const ASKED_MS: Readonly<Record<string, number>> = {
  "429 with Retry-After": 37_000,
  "429 with RateLimit": 41_000,
};

type Given = {
  readonly model: TinyModel;
  readonly trouble: string;
  readonly place: "info" | "tree" | "resolve" | "cdn";
  readonly times: number;
  readonly isForever: boolean;
};

function givenOf(troubles: readonly string[]) {
  return {
    model: anySmallModel(),
    trouble: fc.constantFrom(...troubles),
    place: fc.constantFrom("info" as const, "tree" as const, "resolve" as const, "cdn" as const),
    times: fc.integer({ min: 1, max: 3 }),
    isForever: fc.boolean(),
  };
}

const isAsking = (trouble: string) => trouble in ASKED_MS;

/** Trouble of every kind. */
export const retries = scenario<Given>({
  name: "download/retries",
  pieceBytes: [],
  covers: ["DL-RETRY", "ERROR-KIND"],
  goals: ["it finished after trouble", "it gave up"],
  given: givenOf(Object.keys(TROUBLES).filter((trouble) => !isAsking(trouble))),
  check: (given, world, verdict) => trouble("DL-RETRY", given, { world, verdict }),
});

/** Trouble that says how long it lasts. */
export const retryAfter = scenario<Given>({
  name: "download/retry_after",
  pieceBytes: [],
  covers: ["DL-RETRY-AFTER", "ERROR-KIND"],
  goals: ["it finished after trouble", "it gave up"],
  given: givenOf(Object.keys(TROUBLES).filter(isAsking)),
  check: (given, world, verdict) => trouble("DL-RETRY-AFTER", given, { world, verdict }),
});

async function trouble(
  id: RequirementId,
  { model, trouble, place, times, isForever }: Given,
  context: { readonly world: World; readonly verdict: Verdict },
): Promise<void> {
  const { world, verdict } = context;
  world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
  const passing = TROUBLES[trouble];
  if (passing === undefined) return;
  needsPatience(world, (ASKED_MS[trouble] ?? 0) * times);
  // Some bytes each time would be progress, and trouble of which one gets the better.
  const action = passing.type === "cut" && isForever ? { ...passing, atByte: 0 } : passing;
  // One file, so that attempts and pauses are those of one thing.
  const path = place === "resolve" ? "config.json" : place === "cdn" ? "/lfs/*" : "*";
  const wanted = place === "cdn" ? { include: [model.weightFiles[0] ?? "*.safetensors"] } : {};
  const nths = isForever ? (["all"] as const) : Array.from({ length: times }, () => 1);
  // Each rule fires for the first request that is left to it, so several of them fire one after the other.
  world.hub.faults = nths.map((nth) => ({ match: { kind: place, path, nth }, do: action }));
  const request = { repository: REPOSITORY, ...wanted };
  const attemptsOf = () =>
    world.hub.log.filter(
      ({ kind, path: name, file }) =>
        kind === place && (place !== "resolve" || (file ?? name) === "config.json"),
    );
  const outcome = world.start().download(request);
  await outcome.catch(() => {});
  if (id === "DL-RETRY-AFTER" && attemptsOf().length < 2)
    needsOwnProcess(world, "it gives up at once, and so keeps no pause");
  const download = () => outcome;
  if (isForever) {
    const [, codes = []] = CODES.find(([begin]) => begin.test(trouble)) ?? [];
    await verdict.fails(id, download, codes);
    verdict.reached("it gave up");
  } else {
    const result = await verdict.attempt(id, download);
    const files = wantedFiles(model.files, wanted.include);
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), files);
    verdict.holds(id, wrong.length === 0 && result.directory !== "", wrong.join(", "));
    verdict.reached("it finished after trouble");
  }
  const attempts = attemptsOf();
  verdict.holds(id, attempts.length <= ATTEMPTS_MAX, `${attempts.length} attempts were made`);
  const pauses = attempts.slice(1).map(({ atMs }, at) => atMs - (attempts[at]?.atMs ?? 0));
  const troubled = isForever ? pauses : pauses.slice(0, times);
  if (trouble === "stall" || trouble === "silence") return;
  const askedMs = ASKED_MS[trouble];
  if (askedMs !== undefined) {
    verdict.holds(
      id,
      troubled.every((pauseMs) => pauseMs >= askedMs),
      `it paused ${troubled.join()} ms and not ${askedMs}`,
    );
    return;
  }
  if (isForever && /^(?:5|reset)/.test(trouble)) {
    verdict.holds(
      id,
      troubled.every((pauseMs) => pauseMs > 0 && pauseMs <= OWN_PAUSE_MS_MAX),
      `it paused ${troubled.join()} ms`,
    );
    const [first = 0] = troubled;
    verdict.holds(
      id,
      (troubled.at(-1) ?? 0) > first || troubled.length < 2,
      `its pauses do not grow: ${troubled.join()} ms`,
    );
  }
}
